import type { RefObject } from 'preact'
import { useRef } from 'preact/hooks'
import { clock } from '../durations'
import { Icon } from '../icons'
import { AD_SECONDS, adverts, BREAK_EVERY_SECONDS, type Title } from './catalogue'
import css from './player.module.css'
import type { PlayerController } from './player-controller'

/** The picture with its overlay and controls. The controller owns the state; this only shows it and passes clicks on. */
export function Player({
  title,
  video,
  controller,
}: {
  title: Title
  video: RefObject<HTMLVideoElement>
  controller: PlayerController | null
}) {
  const frame = useRef<HTMLDivElement>(null)
  const paused = controller?.paused.value ?? true
  const ended = controller?.ended.value ?? false
  const ad = controller?.ads.shown.value ?? null
  return (
    <div class={css.player} ref={frame}>
      <div class={css.playerPicture}>
        {/* The clips have no sound, so there is nothing to caption. */}
        <video
          ref={video}
          playsInline
          preload="auto"
          muted
          aria-label={title.label}
          data-testid="video"
          onClick={() => controller?.toggle()}
        />
        {ad !== null && controller !== null && <AdOverlay controller={controller} />}
        {controller?.buffering.active.value && (
          <p class={css.playerNote} data-testid="player-note" role="status">
            <span class="spinner" /> Buffering
          </p>
        )}
        {controller?.problem.value && (
          <p class={css.playerNote} data-testid="player-note" role="alert">
            {controller.problem.value}
          </p>
        )}
        {paused && ad === null && (
          <button
            type="button"
            class={css.playerStart}
            tabIndex={-1}
            aria-hidden="true"
            onClick={() => controller?.toggle()}
          >
            <Icon name={ended ? 'replay' : 'play'} solid={!ended} />
          </button>
        )}
      </div>
      <Controls title={title} controller={controller} frame={frame} />
    </div>
  )
}

function AdOverlay({ controller }: { controller: PlayerController }) {
  const ad = controller.ads.shown.value
  const advert = ad === null ? undefined : adverts[ad.index]
  if (ad === null || advert === undefined) return null
  return (
    <section
      class={css.ad}
      data-ad={advert.adId}
      data-testid="ad"
      aria-label={`Advertisement: ${advert.name}`}
    >
      <p class={css.adLabel}>
        Ad {ad.index + 1} of {ad.of} · <span data-testid="ad-countdown">{Math.ceil(ad.remaining)} s</span>
      </p>
      <div class={css.adCreative}>
        <p class={css.adName}>{advert.name}</p>
        <p class={css.adLine}>{advert.line}</p>
        <a
          class={css.adVisit}
          data-testid="click-ad"
          href={advert.page}
          target="_blank"
          rel="noopener"
          onClick={() => controller.ads.click()}
        >
          Visit the advertiser
          <Icon name="external" />
        </a>
      </div>
      <button type="button" class={css.adSkip} data-testid="skip-ad" onClick={() => controller.ads.skip()}>
        Skip ad
      </button>
      <progress
        class={css.adProgress}
        max={AD_SECONDS}
        value={AD_SECONDS - ad.remaining}
        aria-label="Progress of the ad"
      />
    </section>
  )
}

function Controls({
  title,
  controller,
  frame,
}: {
  title: Title
  controller: PlayerController | null
  frame: RefObject<HTMLDivElement>
}) {
  const ad = controller?.ads.shown.value ?? null
  const paused = ad !== null ? ad.paused : (controller?.paused.value ?? true)
  const ended = ad === null && (controller?.ended.value ?? false)
  const duration = controller?.duration.value ?? 0
  const position = controller?.position.value ?? 0
  const muted = controller?.muted.value ?? true
  const breaks: number[] = []
  for (let at = BREAK_EVERY_SECONDS; at <= duration - 2; at += BREAK_EVERY_SECONDS) breaks.push(at)
  return (
    <div class={css.playerControls}>
      <div class={css.scrubber}>
        <div class={css.scrubberMarks} aria-hidden="true">
          {duration > 0 &&
            title.chapters
              .slice(1)
              .map((chapter) => (
                <i
                  key={chapter.start}
                  class={css.mark}
                  style={{ left: `${(chapter.start / duration) * 100}%` }}
                />
              ))}
          {breaks.map((at) => (
            <i key={at} class={`${css.mark} ${css.markAd}`} style={{ left: `${(at / duration) * 100}%` }} />
          ))}
        </div>
        <input
          type="range"
          min={0}
          max={duration || 1}
          step={0.1}
          value={position}
          disabled={ad !== null || duration === 0}
          aria-label="Position"
          aria-valuetext={`${clock(position)} of ${clock(duration)}`}
          data-testid="seek"
          style={{ '--filled': `${duration > 0 ? (position / duration) * 100 : 0}%` }}
          onInput={(event) => controller?.seek(Number(event.currentTarget.value))}
        />
      </div>
      <div class={css.playerButtons}>
        <button
          type="button"
          class="icon-button"
          data-testid={paused ? 'play' : 'pause'}
          aria-label={ended ? 'Replay' : paused ? 'Play' : 'Pause'}
          title={ended ? 'Replay' : paused ? 'Play (K)' : 'Pause (K)'}
          onClick={() => controller?.toggle()}
        >
          <Icon name={ended ? 'replay' : paused ? 'play' : 'pause'} solid={!ended} />
        </button>
        <button
          type="button"
          class="icon-button"
          aria-label={muted ? 'Unmute' : 'Mute'}
          onClick={() => controller?.toggleMuted()}
        >
          <Icon name={muted ? 'muted' : 'volume'} />
        </button>
        <input
          class={css.volume}
          type="range"
          min={0}
          max={100}
          value={muted ? 0 : (controller?.volume.value ?? 0)}
          aria-label="Volume"
          onInput={(event) => controller?.setVolume(Number(event.currentTarget.value))}
        />
        <span class={css.playerTime} data-testid="time">
          {clock(position)} <span class="quiet">/ {clock(duration)}</span>
        </span>
        <span class="spring" />
        <label class={css.rate}>
          <span class="hidden">Speed</span>
          <select
            value={String(controller?.rate.value ?? 1)}
            onChange={(event) => controller?.setRate(Number(event.currentTarget.value))}
          >
            {[0.5, 1, 1.5, 2].map((rate) => (
              <option key={rate} value={String(rate)}>
                {rate}×
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          class="icon-button wide-only"
          aria-label="Picture in picture"
          onClick={() => void controller?.togglePictureInPicture().catch(() => undefined)}
        >
          <Icon name="picture" />
        </button>
        <button
          type="button"
          class="icon-button"
          aria-label="Full screen"
          onClick={() => {
            if (frame.current !== null)
              void controller?.toggleFullscreen(frame.current).catch(() => undefined)
          }}
        >
          <Icon name="fullscreen" />
        </button>
      </div>
    </div>
  )
}
