import type { MediaSession } from '../api/media-session'

/** What is left of a lease of 2.5 pings after two of them. */
const TWO_PINGS_OF_LEASE = 2 / 2.5
/** Two pings of Snowplow's default interval, ms: where the lease isn't counted in pings, as of a paused player. */
const TWO_DEFAULT_PINGS_MS = 60_000

/**
 * For how long nothing has been heard of a viewer who should have been, ms: since the last event, once two pings are
 * missed. Null while the viewer is heard. Leases of playing sessions are 2.5 of the player's own pings.
 */
export function silentFor(session: MediaSession, now: number): number | null {
  const { status, lastSeen, liveUntil } = session
  const inPings = status === 'WATCHING_VIDEO' || status === 'WATCHING_AD' || status === 'BUFFERING_VIDEO'
  const allowed = inPings ? (liveUntil - lastSeen) * TWO_PINGS_OF_LEASE : TWO_DEFAULT_PINGS_MS
  const silent = now - lastSeen
  return silent >= allowed ? silent : null
}
