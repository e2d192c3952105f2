import type { MediaSession } from '../api/media-session'

/** Where in the video a session is at `now` (ms): the last known position, moved on while the picture moves. */
export function playheadAt(session: MediaSession, now: number): number | null {
  const { position, positionAt, duration } = session
  if (position === null) return null
  let at = position
  if (session.status === 'WATCHING_VIDEO' && positionAt !== null) {
    // Never past the lease: a viewer that fell silent isn't drawn as still playing on.
    const until = Math.min(now, session.liveUntil)
    at += (Math.max(0, until - positionAt) / 1000) * session.playbackRate
  }
  return duration === null ? at : Math.min(at, duration)
}

/** The share of the video that lies behind the playhead, 0 to 1; null where it can't be known. */
export function progressAt(session: MediaSession, now: number): number | null {
  const at = playheadAt(session, now)
  if (at === null || session.duration === null || session.duration <= 0) return null
  return Math.min(1, Math.max(0, at / session.duration))
}
