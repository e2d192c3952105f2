import type { MediaSession } from '../api/media-session'
import { ago, clock } from '../durations'
import { experienceWord, percent, sessionExperience } from './experience'
import { playheadAt, progressAt } from './playhead'
import { statusTone } from './status'

/** The playhead of a session as a bar and as times. */
export function Progress({ session, now }: { session: MediaSession; now: number }) {
  const share = progressAt(session, now)
  return (
    <span class="progress">
      <span class={`progress-track tone-${statusTone(session.status)}`} aria-hidden="true">
        <i style={{ transform: `scaleX(${(share ?? 0).toFixed(4)})` }} />
      </span>
      <span class="progress-time">
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
    <span class="ad-now" title={ad.name ?? ad.id ?? ad.breakName ?? undefined}>
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
    <span class="ad-counts">
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

export function ExperienceMark({ session }: { session: MediaSession }) {
  const experience = sessionExperience(session)
  if (experience === null) return <span class="quiet">–</span>
  const buffering = session.rebufferRatio
  return (
    <span class={`experience experience-${experience}`}>
      {experienceWord(experience)}
      {buffering !== null && experience !== 'smooth' && <span class="quiet"> {percent(buffering)}</span>}
    </span>
  )
}
