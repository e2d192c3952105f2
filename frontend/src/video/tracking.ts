import {
  endMediaTracking,
  SnowplowMediaPlugin,
  startMediaTracking,
  trackMediaBufferEnd,
  trackMediaBufferStart,
  trackMediaEnd,
  trackMediaError,
  trackMediaFullscreenChange,
  trackMediaPause,
  trackMediaPictureInPictureChange,
  trackMediaPlay,
  trackMediaPlaybackRateChange,
  trackMediaReady,
  trackMediaSeekEnd,
  trackMediaSeekStart,
  trackMediaVolumeChange,
  updateMediaTracking,
} from '@snowplow/browser-plugin-media'
import { addGlobalContexts, newTracker, setUserId } from '@snowplow/browser-tracker'
import { randomId } from '../random-id'
import { AdTracking } from './ad-tracking'
import type { MediaPlayerUpdate } from './media-player'
import { eventIds, type Refusal, refusalWords } from './refusals'
import { type SentEvent, watchEvents } from './sent-events'

/** A site's own schema: what Snowplow has no entity for. */
const CDN = 'iglu:com.example/cdn/jsonschema/1-0-0'

export interface TrackingSettings {
  collector: string
  /** Snowplow's user_id; not sent while anonymous. */
  userId: string
  /** Leaves out user_id and the domain cookie's ids; the collector's network_userid is what is left. */
  anonymous: boolean
  /** Seconds between pings. */
  pingInterval: number
  /** Named by an entity of the site's own on every event; null: no such entity. */
  cdn: string | null
}

export interface EventWatcher {
  made(event: SentEvent): void
  /** `why` it wasn't taken, as a sentence; null where it was. */
  answered(eventIds: string[], state: 'sent' | 'failed', why: string | null): void
}

/**
 * The real Snowplow tracker with its media plugin, for one player at a time.
 *
 * A change of collector or of anonymity makes a new tracker, since a tracker keeps both for life. A new title or
 * viewer makes a new media session.
 */
export class Tracking {
  #count = 0
  #trackers: string[] = []
  #settings: TrackingSettings | null = null
  #media: string | null = null
  #watcher: EventWatcher
  readonly ads = new AdTracking((track, fields) => this.#with(track, fields))

  constructor(watcher: EventWatcher) {
    this.#watcher = watcher
  }

  /** Ends the media session that runs, if any, and uses these settings from the next one on. */
  connect(settings: TrackingSettings): void {
    this.stop()
    const before = this.#settings
    if (before?.collector !== settings.collector || before.anonymous !== settings.anonymous) {
      this.#count += 1
      const namespace = `video${this.#count}`
      newTracker(namespace, settings.collector, {
        appId: 'video-page',
        platform: 'web',
        eventMethod: 'post',
        bufferSize: 1,
        anonymousTracking: settings.anonymous ? { withSessionTracking: true } : false,
        contexts: { webPage: true, session: false },
        plugins: [SnowplowMediaPlugin(), watchEvents((event) => this.#watcher.made(event))],
        onRequestSuccess: (batch: unknown) => this.#watcher.answered(eventIds(batch), 'sent', null),
        onRequestFailure: (failure: unknown) =>
          this.#watcher.answered(
            eventIds((failure as Refusal).events),
            'failed',
            refusalWords(settings.collector, failure as Refusal),
          ),
      })
      if (settings.cdn !== null)
        addGlobalContexts([{ schema: CDN, data: { name: settings.cdn } }], [namespace])
      this.#trackers = [namespace]
    }
    this.#settings = settings
    setUserId(settings.anonymous ? null : settings.userId, this.#trackers)
  }

  /** Begins a media session with a ready event. */
  start(player: MediaPlayerUpdate): void {
    if (this.#settings === null) return
    this.stop()
    this.#media = randomId()
    startMediaTracking(
      {
        id: this.#media,
        player,
        session: { startedAt: new Date() },
        pings: { pingInterval: this.#settings.pingInterval },
        boundaries: [25, 50, 75],
      },
      this.#trackers,
    )
    trackMediaReady({ id: this.#media, player }, this.#trackers)
  }

  stop(): void {
    if (this.#media !== null) endMediaTracking({ id: this.#media })
    this.#media = null
  }

  #with<Fields extends object>(
    track: (args: { id: string } & Fields, trackers?: string[]) => void,
    fields: Fields,
  ): void {
    if (this.#media !== null) track({ id: this.#media, ...fields }, this.#trackers)
  }

  /** Keeps the pings and the cumulative counters true; to be called about once a second. */
  update = (player: MediaPlayerUpdate) => this.#with(updateMediaTracking, { player })
  play = (player: MediaPlayerUpdate) => this.#with(trackMediaPlay, { player })
  pause = (player: MediaPlayerUpdate) => this.#with(trackMediaPause, { player })
  end = (player: MediaPlayerUpdate) => this.#with(trackMediaEnd, { player })
  /**
   * `player` is as it was before the jump. The plugin counts as watched all that lies between two positions
   * reported while playing: an update without an event says that nothing plays until the seek ends.
   */
  seekStart = (player: MediaPlayerUpdate) => {
    this.#with(trackMediaSeekStart, { player })
    this.#with(updateMediaTracking, { player: { ...player, paused: true } })
  }
  seekEnd = (player: MediaPlayerUpdate) => this.#with(trackMediaSeekEnd, { player })
  bufferStart = (player: MediaPlayerUpdate) => this.#with(trackMediaBufferStart, { player })
  bufferEnd = (player: MediaPlayerUpdate) => this.#with(trackMediaBufferEnd, { player })

  volume = (player: MediaPlayerUpdate, newVolume: number) =>
    this.#with(trackMediaVolumeChange, { player, newVolume })
  rate = (player: MediaPlayerUpdate, newRate: number) =>
    this.#with(trackMediaPlaybackRateChange, { player, newRate })
  fullscreen = (player: MediaPlayerUpdate, fullscreen: boolean) =>
    this.#with(trackMediaFullscreenChange, { player, fullscreen })
  pictureInPicture = (player: MediaPlayerUpdate, pictureInPicture: boolean) =>
    this.#with(trackMediaPictureInPictureChange, { player, pictureInPicture })
  error = (player: MediaPlayerUpdate, errorName: string, errorDescription: string) =>
    this.#with(trackMediaError, { player, errorName, errorDescription })
}
