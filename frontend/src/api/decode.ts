import type { components } from '../api-types'
import { isStatus } from '../live/status'

/**
 * Reads the JSON of the API and of the push socket. Both carry telemetry that anyone's tracker can write, so nothing
 * is taken on trust: a field of another type is unknown, and a session without an identity or a status is left out.
 */
type Json = Record<string, unknown>

/** The API's schemas, generated from its models. */
export type Schemas = components['schemas']

/** The fields of a schema, none of them trusted: each is checked where it is read. A name it hasn't doesn't compile. */
export type Untrusted<Schema> = { readonly [Name in keyof Schema]?: unknown }

export function fields<Name extends keyof Schemas>(value: unknown): Untrusted<Schemas[Name]> | null {
  return object(value) as Untrusted<Schemas[Name]> | null
}

export function object(value: unknown): Json | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

export function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

export function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

/** An RFC 3339 time as ms since 1970. */
export function time(value: unknown): number | null {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(ms) ? null : ms
}

export function readAd(value: unknown) {
  const ad = fields<'Ad'>(value)
  if (ad === null) return null
  return {
    id: text(ad.ad_id),
    name: text(ad.name),
    podPosition: number(ad.pod_position),
    podSize: number(ad.pod_size),
    breakName: text(ad.break_name),
  }
}

/** Cumulative counters of a session; null where the wire format carries none. Times in seconds. */
export function readCounters(value: unknown) {
  const totals = fields<'ViewingTotals'>(value) ?? {}
  return {
    adBreaks: number(totals.ad_breaks),
    adsSeen: number(totals.ads_seen),
    adsSkipped: number(totals.ads_skipped),
    adsClicked: number(totals.ads_clicked),
    adsCompleted: number(totals.ads_completed),
    timePlayed: number(totals.time_played_s),
    timePaused: number(totals.time_paused_s),
    timeBuffering: number(totals.time_buffering_s),
    timeInAds: number(totals.time_spent_ads_s),
    contentWatched: number(totals.content_watched_s),
  }
}

/** By the dimension's name what viewers are told apart by; null: unknown. */
function readDimensions(value: unknown): Record<string, string | null> {
  return Object.fromEntries(Object.entries(object(value) ?? {}).map(([name, each]) => [name, text(each)]))
}

/** One media session as the API and the push socket tell it. Times are ms since 1970, positions are seconds. */
export function readSession(value: unknown) {
  const session = fields<'MediaSession'>(value)
  if (session === null) return null
  const viewerId = text(session.viewer_id)
  const sessionId = text(session.media_session_id)
  const status = session.status
  if (viewerId === null || sessionId === null || !isStatus(status)) return null
  const lastSeen = time(session.last_seen) ?? 0
  const liveUntil = time(session.live_until) ?? 0
  const experience = fields<'Experience'>(session.experience) ?? {}
  return {
    viewerId,
    sessionId,
    // Of two states of one session, the one with the higher version is newer.
    version: number(session.version) ?? 0,
    status,
    // A session that another one has taken the place of isn't live, however long its own lease.
    liveUntil: session.live === false ? Math.min(liveUntil, lastSeen) : liveUntil,
    mediaId: text(session.media_id),
    title: text(session.title),
    position: number(session.position_s),
    positionAt: time(session.position_at),
    playbackRate: number(session.playback_rate) ?? 1,
    // In bit/s.
    bitrate: number(session.bitrate),
    // 0 is a length that the player doesn't know.
    duration: number(session.duration_s) || null,
    // A live stream has no length.
    livestream: session.livestream === true,
    bufferingSince: time(session.buffering_since),
    dimensions: readDimensions(session.dimensions),
    ad: readAd(session.ad),
    counters: readCounters(session.totals),
    firstSeen: time(session.first_seen) ?? lastSeen,
    lastSeen,
    // Seconds from ready to the first play.
    startUp: number(experience.start_up_s),
    // Time buffering / time watched, stalls included, 0 to 1.
    rebufferRatio: number(experience.rebuffer_ratio),
    errors: number(experience.errors),
  }
}

export function readSessions(value: unknown) {
  return list(value).flatMap((each) => readSession(each) ?? [])
}
