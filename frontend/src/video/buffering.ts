import { signal } from '@preact/signals'

/** What the tracker is to know of it. */
export interface BufferEvents {
  started(): void
  ended(): void
}

/**
 * Waiting for data: of the network, and played on request for some seconds. Both may overlap: they are one to the
 * tracker. Waiting for the first frame shows and isn't tracked, since it is start-up.
 */
export class Buffering {
  readonly active = signal(false)

  #events: BufferEvents
  #tracked = false
  #release: (() => void) | null = null
  #timer = 0

  constructor(events: BufferEvents) {
    this.#events = events
  }

  /** A wait is being played. */
  get held(): boolean {
    return this.#release !== null
  }

  /** Shows waiting for the first frame. */
  show(): void {
    this.active.value = true
  }

  start(): void {
    this.active.value = true
    if (!this.#tracked) this.#events.started()
    this.#tracked = true
  }

  /** Playing again; not while a wait is being played. */
  end(): void {
    if (this.held || !this.active.value) return
    this.active.value = false
    if (this.#tracked) this.#events.ended()
    this.#tracked = false
  }

  /** Plays a wait of so long; `release` is called at its end. */
  hold(milliseconds: number, release: () => void): void {
    this.#release = release
    this.start()
    this.#timer = window.setTimeout(() => this.endHold(), milliseconds)
  }

  endHold(): void {
    const release = this.#release
    if (release === null) return
    window.clearTimeout(this.#timer)
    this.#release = null
    release()
    this.end()
  }

  /** Begins anew, for another title. */
  reset(): void {
    this.endHold()
    this.active.value = false
    this.#tracked = false
  }

  dispose(): void {
    window.clearTimeout(this.#timer)
  }
}
