import type { MediaSession } from '../src/api/media-session'

export const NOW = Date.parse('2026-11-24T12:00:00.000Z')

/** A session that is being watched, with what a test says of it. */
export function session(said: Partial<MediaSession> = {}): MediaSession {
  return {
    viewerId: 'ada',
    sessionId: 's1',
    version: 1,
    status: 'WATCHING_VIDEO',
    liveUntil: NOW + 75_000,
    mediaId: 'Harbour lights',
    title: 'Harbour lights',
    position: 60,
    positionAt: NOW,
    playbackRate: 1,
    bitrate: null,
    duration: 90,
    livestream: false,
    bufferingSince: null,
    dimensions: {},
    ad: null,
    counters: {
      adBreaks: 1,
      adsSeen: 2,
      adsSkipped: 1,
      adsClicked: 0,
      adsCompleted: 1,
      timePlayed: 60,
      timePaused: 0,
      timeBuffering: 0,
      timeInAds: 8,
      contentWatched: 60,
    },
    firstSeen: NOW - 60_000,
    lastSeen: NOW,
    startUp: 0.5,
    rebufferRatio: 0,
    errors: 0,
    ...said,
  }
}
