import type { AdPlaying, MediaSession } from '../../api/media-session'
import { ago, clock, spell } from '../../durations'
import { shownId, shownText } from '../../outside-text'
import { experienceWord, percent, sessionExperience } from '../experience'
import { playheadAt, progressAt } from '../playhead'
import { silentFor } from '../silence'
import { statusTone } from '../status'
import { StatusBadge } from '../status-badge'
import { toTheMinute, toTheSecond } from '../times-of-day'
import { viewerName } from '../viewer-names'
import css from './viewer-facts.module.css'

/** The viewer's id: the button for keyboards, where a click anywhere on the row does the same. */
export function ViewerName({
  viewerId,
  liveSessions,
  opened,
  open,
}: {
  viewerId: string
  liveSessions: number
  opened: boolean
  open: (viewerId: string) => void
}) {
  return (
    <span class={`${css.viewer} ${liveSessions > 1 ? css.several : ''}`}>
      <button
        type="button"
        class={css.viewerName}
        data-testid="viewer-name"
        aria-expanded={opened}
        title={shownId(viewerId)}
        onClick={(event) => {
          event.stopPropagation()
          open(viewerId)
        }}
      >
        <bdi>{viewerName(viewerId)}</bdi>
      </button>
      {liveSessions > 1 && <span class={css.moreSessions}>{liveSessions} live sessions</span>}
    </span>
  )
}

export function Title({ session }: { session: MediaSession }) {
  const title = session.title === null ? undefined : shownText(session.title)
  return (
    <span class={css.title} title={title} data-testid="viewer-title">
      {title === undefined ? <span class="quiet">No title</span> : <bdi>{title}</bdi>}
    </span>
  )
}

/**
 * The playhead of a session as a bar and as times. A live stream has no length, and what isn't known can't be shared
 * out: then it is said how much was watched, or where the playhead is.
 */
export function Progress({ session, now }: { session: MediaSession; now: number }) {
  if (session.livestream) {
    const { contentWatched, timePlayed } = session.counters
    return (
      <span class={css.progressLive} data-testid="progress-time">
        <span class={css.live}>LIVE</span> {clock(contentWatched ?? timePlayed)} watched
      </span>
    )
  }
  const share = progressAt(session, now)
  return (
    <span class={css.progressPlace}>
      <span class={css.progress}>
        <span
          class={`mark-colour ${css.progressTrack} tone-${statusTone(session.status)}`}
          aria-hidden="true"
          data-testid="progress-track"
        >
          <i class="mark-colour" style={{ transform: `scaleX(${(share ?? 0).toFixed(4)})` }} />
        </span>
        <span class={css.progressTime} data-testid="progress-time">
          {clock(playheadAt(session, now))}
          <span class="quiet"> / {clock(session.duration)}</span>
        </span>
      </span>
    </span>
  )
}

/** The status, and below it the ad that is playing, or for how long the viewer has been waiting. */
export function StatusAndAd({ session, now, left }: { session: MediaSession; now: number; left: boolean }) {
  if (left) return <span class="quiet">Left</span>
  return (
    <span class={css.status}>
      <StatusBadge status={session.status} testId="viewer-status" />
      {session.status === 'WATCHING_AD' && session.ad !== null && <AdNow ad={session.ad} />}
      {session.bufferingSince !== null && (
        <span
          class={css.waiting}
          title={`since ${toTheSecond(session.bufferingSince)}`}
          data-testid="buffering-for"
        >
          for {spell(Math.max(0, Math.floor((now - session.bufferingSince) / 1000)))}
        </span>
      )}
    </span>
  )
}

/** When the buffering began, of a session that is buffering. */
export function BufferingSince({ session }: { session: MediaSession }) {
  const { bufferingSince } = session
  if (bufferingSince === null) return <span class="quiet">–</span>
  return <time dateTime={new Date(bufferingSince).toISOString()}>{toTheSecond(bufferingSince)}</time>
}

function AdNow({ ad }: { ad: AdPlaying }) {
  const name = shownText(ad.name ?? ad.id ?? ad.breakName ?? 'Ad break')
  const place =
    ad.podPosition === null ? '' : ` ${ad.podPosition}${ad.podSize === null ? '' : `/${ad.podSize}`}`
  return (
    <span class={css.adNow} title={name} data-testid="ad-now">
      <bdi>{name}</bdi>
      <span class="quiet">{place}</span>
    </span>
  )
}

function count(value: number | null): string {
  return value === null ? '–' : value.toLocaleString()
}

/** Ads seen, skipped and clicked. */
export function AdCounts({ session }: { session: MediaSession }) {
  const { adsSeen, adsSkipped, adsClicked } = session.counters
  return (
    <span class={css.adCounts}>
      <span class="hidden">{`${count(adsSeen)} seen, ${count(adsSkipped)} skipped, ${count(adsClicked)} clicked`}</span>
      <span aria-hidden="true" title="seen · skipped · clicked">
        {count(adsSeen)}
        <i>·</i>
        {count(adsSkipped)}
        <i>·</i>
        {count(adsClicked)}
      </span>
    </span>
  )
}

export function Joined({ session }: { session: MediaSession }) {
  return <time dateTime={new Date(session.firstSeen).toISOString()}>{toTheMinute(session.firstSeen)}</time>
}

/** When the viewer was last heard of; of one that two pings are missed of, for how long there has been silence. */
export function LastSeen({ session, now }: { session: MediaSession; now: number }) {
  const silent = silentFor(session, now)
  const words = silent === null ? ago(now - session.lastSeen) : `silent ${ago(silent).replace(' ago', '')}`
  return <time dateTime={new Date(session.lastSeen).toISOString()}>{words}</time>
}

const EXPERIENCE_CLASS = {
  smooth: css.experienceSmooth,
  uneven: css.experienceUneven,
  poor: css.experiencePoor,
  failed: css.experienceFailed,
}

export function ExperienceMark({ session }: { session: MediaSession }) {
  const experience = sessionExperience(session)
  if (experience === null) return <span class="quiet">–</span>
  const buffering = session.rebufferRatio
  return (
    <span class={EXPERIENCE_CLASS[experience]} data-testid="experience">
      {experienceWord(experience)}
      {buffering !== null && (experience === 'uneven' || experience === 'poor') && (
        <span class="quiet"> {percent(buffering)}</span>
      )}
    </span>
  )
}
