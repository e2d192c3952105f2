import type { MediaSession } from '../../api/media-session'
import { ago, clock } from '../../durations'
import { experienceWord, percent, sessionExperience } from '../experience'
import { playheadAt, progressAt } from '../playhead'
import { statusTone } from '../status'
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
    <span class={css.viewer}>
      <button
        type="button"
        class={css.viewerName}
        data-testid="viewer-name"
        aria-expanded={opened}
        title={viewerId}
        onClick={(event) => {
          event.stopPropagation()
          open(viewerId)
        }}
      >
        {viewerId}
      </button>
      {liveSessions > 1 && <span class={css.moreSessions}>{liveSessions} sessions</span>}
    </span>
  )
}

export function Title({ session }: { session: MediaSession }) {
  return (
    <span title={session.title ?? undefined} data-testid="viewer-title">
      {session.title ?? <span class="quiet">No title</span>}
    </span>
  )
}

/** The playhead of a session as a bar and as times. */
export function Progress({ session, now }: { session: MediaSession; now: number }) {
  const share = progressAt(session, now)
  return (
    <span class={css.progress}>
      <span class={`${css.progressTrack} tone-${statusTone(session.status)}`} aria-hidden="true">
        <i style={{ transform: `scaleX(${(share ?? 0).toFixed(4)})` }} />
      </span>
      <span class={css.progressTime} data-testid="progress-time">
        {clock(playheadAt(session, now))}
        <span class="quiet"> / {clock(session.duration)}</span>
      </span>
    </span>
  )
}

export function AdNow({ session }: { session: MediaSession }) {
  const { ad } = session
  if (ad === null || session.status !== 'WATCHING_AD') return <span class="quiet">–</span>
  const place =
    ad.podPosition === null
      ? ''
      : ad.podSize === null
        ? `${ad.podPosition}`
        : `${ad.podPosition}/${ad.podSize}`
  return (
    <span class={css.adNow} title={ad.name ?? ad.id ?? ad.breakName ?? undefined}>
      {ad.name ?? ad.id ?? ad.breakName ?? 'Ad break'}
      {place !== '' && <span class="quiet"> {place}</span>}
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

export function LastSeen({ session, now }: { session: MediaSession; now: number }) {
  return <time dateTime={new Date(session.lastSeen).toISOString()}>{ago(now - session.lastSeen)}</time>
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
      {buffering !== null && experience !== 'smooth' && <span class="quiet"> {percent(buffering)}</span>}
    </span>
  )
}
