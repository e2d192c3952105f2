import { signal } from '@preact/signals'
import { AdPlayer } from './ad-player'
import { Buffering } from './buffering'
import type { Title } from './catalogue'
import { type MediaPlayerUpdate, mediaPlayer } from './media-player'
import type { Tracking } from './tracking'

const AD_TICK_MS = 100
const UPDATE_MS = 1000
const STALL_MS = 4000

/** Binds one <video> to the tracker: every change of the element becomes the media event that Snowplow has for it. */
export class PlayerController {
  readonly paused = signal(true)
  readonly ended = signal(false)
  readonly position = signal(0)
  readonly duration = signal(0)
  readonly buffering: Buffering
  readonly volume = signal(80)
  readonly muted = signal(true)
  readonly rate = signal(1)
  readonly ads: AdPlayer
  readonly problem = signal<string | null>(null)

  #video: HTMLVideoElement
  #tracking: Tracking
  #title: Title
  #seeking = false
  /** Where the playhead was before the seek that is going on, seconds. */
  #before = 0
  /** The play that is going on has been tracked. */
  #playing = false
  /** The picture has moved since the title was loaded: before that, waiting is starting up. */
  #rolled = false
  #timers: number[] = []
  #listening = new AbortController()

  constructor(video: HTMLVideoElement, tracking: Tracking, title: Title) {
    this.#video = video
    this.#tracking = tracking
    this.#title = title
    this.buffering = new Buffering({
      started: () => tracking.bufferStart(this.snapshot()),
      ended: () => tracking.bufferEnd(this.snapshot()),
    })
    this.ads = new AdPlayer(tracking.ads, {
      snapshot: () => this.snapshot(),
      resume: () => void video.play().catch(() => undefined),
    })
    video.muted = true
    video.volume = this.volume.value / 100
    this.#listen()
    this.#timers.push(
      window.setInterval(() => {
        if (!this.#seeking) this.#tracking.update(this.snapshot())
      }, UPDATE_MS),
    )
    this.#timers.push(window.setInterval(() => this.ads.advance(AD_TICK_MS / 1000), AD_TICK_MS))
  }

  /** The state that travels in the media_player entity. */
  snapshot(): MediaPlayerUpdate {
    return mediaPlayer(this.#video, this.#title.label, this.rate.value)
  }

  /**
   * Ends what plays, as a viewer does who turns to something else: the session's last word is that it has paused, so
   * that nobody takes it for playing on. True if it played.
   */
  leave(): boolean {
    const played = !this.#video.paused || this.ads.running
    this.buffering.endHold()
    this.ads.leave()
    this.#video.pause()
    if (this.#playing) this.#tracking.pause(this.snapshot())
    this.#playing = false
    return played
  }

  /** Loads a title: a new media session begins as soon as its length is known, and plays if `play` says so. */
  load(title: Title, play = false): void {
    this.ads.reset()
    this.buffering.reset()
    this.#tracking.stop()
    this.#title = title
    this.#playing = false
    this.#rolled = false
    this.problem.value = null
    this.position.value = 0
    this.ended.value = false
    this.#video.src = title.clip
    this.#video.load()
    if (play) void this.#video.play().catch(() => undefined)
  }

  toggle(): void {
    if (this.ads.running) this.ads.toggle()
    else if (this.#video.paused) void this.#video.play().catch(() => undefined)
    else this.#video.pause()
  }

  seek(position: number): void {
    if (this.ads.running) return
    if (!this.#seeking) this.#before = this.#video.currentTime
    this.#video.currentTime = position
  }

  /** Seeks by so many seconds, back where negative, as far as the video goes. */
  seekBy(seconds: number): void {
    const { currentTime, duration } = this.#video
    if (Number.isFinite(duration)) this.seek(Math.min(Math.max(0, currentTime + seconds), duration))
  }

  setVolume(volume: number): void {
    this.#video.muted = volume === 0
    this.#video.volume = volume / 100
  }

  toggleMuted(): void {
    this.#video.muted = !this.#video.muted
  }

  setRate(rate: number): void {
    this.rate.value = rate
    this.#tracking.rate(this.snapshot(), rate)
    if (!this.buffering.held) this.#video.playbackRate = rate
  }

  /** Plays a network that stops for four seconds: the picture holds while the player goes on saying "playing". */
  stall(): void {
    if (this.#video.paused || this.buffering.held) return
    this.#video.playbackRate = 0
    this.buffering.hold(STALL_MS, () => {
      this.#video.playbackRate = this.rate.value
    })
  }

  /** Reports a playback error and stops, as a player does whose stream breaks. */
  fail(): void {
    this.#video.pause()
    this.problem.value = 'The stream broke off. Press play to try again.'
    this.#tracking.error(this.snapshot(), 'network', 'The video page broke the stream on request')
  }

  async toggleFullscreen(frame: HTMLElement): Promise<void> {
    if (document.fullscreenElement !== null) await document.exitFullscreen()
    else await frame.requestFullscreen()
  }

  async togglePictureInPicture(): Promise<void> {
    if (document.pictureInPictureElement !== null) await document.exitPictureInPicture()
    else await this.#video.requestPictureInPicture()
  }

  dispose(): void {
    this.#listening.abort()
    for (const timer of this.#timers) window.clearInterval(timer)
    this.buffering.dispose()
    this.#tracking.stop()
  }

  #listen(): void {
    const video = this.#video
    const on = (name: string, act: () => void, target: EventTarget = video) =>
      target.addEventListener(name, act, { signal: this.#listening.signal })
    on('loadedmetadata', () => {
      this.duration.value = video.duration
      video.playbackRate = this.rate.value
      this.#tracking.start(this.snapshot())
    })
    on('play', () => {
      this.paused.value = false
      this.ended.value = false
      this.problem.value = null
      // The first play is tracked with its first frame (`playing`). From the click on nobody pauses, and the plugin is
      // to know it: the time that it has counted as paused by then is the viewer's, what follows is start-up.
      if (this.#rolled) this.#trackPlay()
      else this.#tracking.update(this.snapshot())
    })
    on('pause', () => {
      this.paused.value = true
      this.#playing = false
      if (!this.ads.running) this.#tracking.pause(this.snapshot())
    })
    on('ended', () => {
      this.ended.value = true
      this.#tracking.end(this.snapshot())
    })
    on('seeking', () => {
      // The element is at its target already: what counts is where the viewer left from.
      if (!this.#seeking) this.#tracking.seekStart({ ...this.snapshot(), currentTime: this.#before })
      this.#seeking = true
    })
    on('seeked', () => {
      this.#seeking = false
      this.ended.value = video.ended
      this.position.value = video.currentTime
      this.#tracking.seekEnd(this.snapshot())
      this.#roll()
    })
    on('waiting', () => {
      if (this.buffering.active.value || this.#seeking || video.ended) return
      if (this.#rolled) this.buffering.start()
      else this.buffering.show()
    })
    on('playing', () => {
      this.#roll()
      this.buffering.end()
    })
    on('timeupdate', () => {
      this.position.value = video.currentTime
      if (!this.#seeking) this.#before = video.currentTime
      this.#roll()
      this.#maybeBreak()
    })
    on('volumechange', () => {
      const volume = Math.round(video.volume * 100)
      this.volume.value = volume
      this.muted.value = video.muted
      this.#tracking.volume(this.snapshot(), video.muted ? 0 : volume)
    })
    on('error', () => {
      if (video.error === null) return
      this.problem.value = 'The clip could not be loaded.'
      this.#tracking.error(this.snapshot(), `MEDIA_ERR_${video.error.code}`, video.error.message)
    })
    on('enterpictureinpicture', () => this.#tracking.pictureInPicture(this.snapshot(), true))
    on('leavepictureinpicture', () => this.#tracking.pictureInPicture(this.snapshot(), false))
    on(
      'fullscreenchange',
      () => this.#tracking.fullscreen(this.snapshot(), document.fullscreenElement !== null),
      document,
    )
  }

  /** Notes the first frame. `playing` alone doesn't tell it: the element says so while it seeks to what isn't loaded. */
  #roll(): void {
    const { paused, seeking, readyState } = this.#video
    if (this.#rolled || paused || seeking || readyState < HTMLMediaElement.HAVE_FUTURE_DATA) return
    this.#rolled = true
    this.buffering.end()
    this.#trackPlay()
  }

  #trackPlay(): void {
    if (this.#playing) return
    this.#playing = true
    this.#tracking.play(this.snapshot())
  }

  #maybeBreak(): void {
    const video = this.#video
    if (video.paused || this.#seeking || this.buffering.held || this.ads.running) return
    if (!this.ads.due(video.currentTime, video.duration)) return
    // The content pauses first, as client-side ad players do; `pause` of the element comes later and isn't repeated.
    video.pause()
    this.#tracking.pause(this.snapshot())
    this.ads.begin(video.currentTime)
  }
}
