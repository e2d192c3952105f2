import type { MediaSession } from '../../api/media-session'
import type { ViewerProfile } from '../../api/viewer'
import { speaksBefore } from '../data/live-store'

/** The session that an open panel follows: of the live ones the one that speaks for the viewer, else the newest. */
export function currentSession(profile: ViewerProfile, now: number): MediaSession | null {
  let current: MediaSession | null = null
  for (const session of profile.sessions)
    if (session.liveUntil > now && (current === null || speaksBefore(session, current))) current = session
  return current ?? profile.current ?? profile.sessions[0] ?? null
}
