import { isStatus, type Status } from '../live/status'
import {
  fields,
  list,
  number,
  object,
  readAd,
  readCounters,
  readSession,
  readSessions,
  text,
  time,
} from './decode'
import type { AdPlaying, MediaSession, SessionCounters } from './media-session'

/** A viewer's profile: the fold of the sessions within retention. */
export interface ViewerProfile {
  viewerId: string
  status: Status
  liveUntil: number
  firstSeen: number
  lastSeen: number
  current: MediaSession | null
  sessionCount: number
  /** What is said of all sessions is of the newest ones alone. */
  partial: boolean
  titleCount: number
  totals: SessionCounters
  experience: {
    startUp: number | null
    rebufferRatio: number | null
    errors: number
    failedSessions: number
  }
  /** The newest 20. */
  sessions: MediaSession[]
}

export function readViewer(value: unknown): ViewerProfile | null {
  const viewer = fields<'ViewerProfile'>(value)
  const viewerId = text(viewer?.viewer_id)
  if (viewer === null || viewerId === null || !isStatus(viewer.status)) return null
  const totals = fields<'ViewerTotals'>(viewer.totals) ?? {}
  const experience = fields<'Experience'>(viewer.experience) ?? {}
  const sessions = readSessions(viewer.sessions)
  const lastSeen = time(viewer.last_seen) ?? 0
  return {
    viewerId,
    status: viewer.status,
    liveUntil: viewer.live === false ? 0 : (time(viewer.live_until) ?? 0),
    firstSeen: time(viewer.first_seen) ?? lastSeen,
    lastSeen,
    current: readSession(viewer.current_session),
    sessionCount: number(totals.sessions) ?? sessions.length,
    partial: viewer.partial === true,
    titleCount: number(totals.titles) ?? 0,
    totals: readCounters(totals),
    experience: {
      startUp: number(experience.start_up_s),
      rebufferRatio: number(experience.rebuffer_ratio),
      errors: number(experience.errors) ?? 0,
      failedSessions: number(experience.failed_sessions) ?? 0,
    },
    sessions,
  }
}

/** One step of a viewer's timeline. */
export interface TimelineEvent {
  id: string
  /** ms since 1970. */
  at: number
  /** Snowplow's event_name without `_event`. */
  event: string
  sessionId: string
  /** The session's status just after it. */
  status: Status
  position: number | null
  ad: AdPlaying | null
  details: Record<string, unknown>
}

export function readTimeline(value: unknown): TimelineEvent[] {
  return list(value).flatMap((each) => {
    const entry = fields<'TimelineEvent'>(each)
    const id = text(entry?.event_id)
    const at = time(entry?.time)
    const event = text(entry?.event)
    const sessionId = text(entry?.media_session_id)
    if (entry === null || id === null || at === null || event === null || sessionId === null) return []
    return [
      {
        id,
        at,
        event,
        sessionId,
        status: isStatus(entry.status) ? entry.status : 'WATCHING_VIDEO',
        position: number(entry.position_s),
        ad: readAd(entry.ad),
        details: object(entry.details) ?? {},
      },
    ]
  })
}
