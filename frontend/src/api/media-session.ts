import type { Status } from '../live/status'

export interface AdPlaying {
  id: string | null
  name: string | null
  podPosition: number | null
  podSize: number | null
  breakName: string | null
}

/** Cumulative counters of a session; null where the wire format carries none. Times in seconds. */
export interface SessionCounters {
  adBreaks: number | null
  adsSeen: number | null
  adsSkipped: number | null
  adsClicked: number | null
  adsCompleted: number | null
  timePlayed: number | null
  timePaused: number | null
  timeBuffering: number | null
  timeInAds: number | null
  contentWatched: number | null
}

/** One media session as the API and the push socket tell it. Times are ms since 1970, positions are seconds. */
export interface MediaSession {
  viewerId: string
  sessionId: string
  /** Of two states of one session, the one with the higher version is newer. */
  version: number
  status: Status
  liveUntil: number
  mediaId: string | null
  title: string | null
  position: number | null
  positionAt: number | null
  playbackRate: number
  duration: number | null
  /** A live stream, which has no length. */
  livestream: boolean
  ad: AdPlaying | null
  counters: SessionCounters
  firstSeen: number
  lastSeen: number
  /** Seconds from ready to the first play. */
  startUp: number | null
  /** Time buffering / time watched, stalls included, 0 to 1. */
  rebufferRatio: number | null
  errors: number | null
}
