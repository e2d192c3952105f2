import { signal } from '@preact/signals'
import { AdBreak, type AdBreakStep } from './ad-break'
import type { AdTracking } from './ad-tracking'
import { adverts, breakReached } from './catalogue'
import type { MediaPlayerUpdate } from './media-player'

export interface AdShown {
  index: number
  of: number
  remaining: number
  percent: number
  paused: boolean
}

/** The content that ads interrupt. */
export interface Content {
  snapshot(): MediaPlayerUpdate
  resume(): void
}

/** Plays the ad breaks of a title over its content, and tracks each of their steps. */
export class AdPlayer {
  readonly shown = signal<AdShown | null>(null)

  #tracking: AdTracking
  #content: Content
  #break: AdBreak | null = null
  /** Content positions of the breaks that were played, seconds. */
  #played = new Set<number>()

  constructor(tracking: AdTracking, content: Content) {
    this.#tracking = tracking
    this.#content = content
  }

  get running(): boolean {
    return this.#break !== null
  }

  /** A break is due at this position of the content, seconds; true only once for each. */
  due(position: number, duration: number): boolean {
    const at = breakReached(position, duration, this.#played)
    if (at === null) return false
    this.#played.add(at)
    return true
  }

  begin(position: number): void {
    this.#break = new AdBreak(adverts.length)
    this.#tracking.breakStart(this.#content.snapshot(), position, adverts.length)
    this.#follow(this.#break.begin())
  }

  advance(seconds: number): void {
    if (this.#break !== null && !this.#break.paused) this.#follow(this.#break.advance(seconds))
  }

  toggle(): void {
    const running = this.#break
    if (running === null) return
    running.paused = !running.paused
    const player = this.#content.snapshot()
    if (running.paused) this.#tracking.pause(player, running.percent)
    else this.#tracking.resume(player, running.percent)
    this.#show()
  }

  skip(): void {
    if (this.#break !== null) this.#follow(this.#break.skip())
  }

  click(): void {
    if (this.#break !== null) this.#tracking.click(this.#content.snapshot(), this.#break.percent)
  }

  /** Ends the break that runs, if any; the content doesn't go on. */
  leave(): void {
    if (this.#break !== null) this.#tracking.breakEnd(this.#content.snapshot())
    this.#break = null
    this.#show()
  }

  /** Begins anew, for another title. */
  reset(): void {
    this.#break = null
    this.#played.clear()
    this.#show()
  }

  #follow(steps: AdBreakStep[]): void {
    for (const step of steps) {
      const player = this.#content.snapshot()
      if (step.kind === 'ad_start') {
        const advert = adverts[step.ad]
        if (advert !== undefined) this.#tracking.start(player, advert, step.ad + 1)
      } else if (step.kind === 'quartile') this.#tracking.quartile(player, step.percent)
      else if (step.kind === 'ad_complete') this.#tracking.complete(player)
      else if (step.kind === 'ad_skip') this.#tracking.skip(player, step.percent)
      else {
        this.#tracking.breakEnd(player)
        this.#break = null
        this.#content.resume()
      }
    }
    this.#show()
  }

  #show(): void {
    const running = this.#break
    this.shown.value =
      running === null
        ? null
        : {
            index: running.ad,
            of: running.size,
            remaining: running.remaining,
            percent: running.percent,
            paused: running.paused,
          }
  }
}
