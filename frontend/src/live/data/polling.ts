import { signal } from '@preact/signals'
import { ApiFailure } from '../../api/client'

export const POLL_MS = 2000
const HIDDEN_POLL_MS = 15_000
const LONGEST_RETRY_MS = 15_000
const SHORTEST_PAUSE_MS = 250

/**
 * Reads again and again: every 2 s (or as told), every 15 s in a hidden tab, and after a failure with growing pauses. Says what
 * fails, since when, and when the next try is.
 */
export class Polling {
  readonly failure = signal<ApiFailure | null>(null)
  readonly failingSince = signal<number | null>(null)
  readonly nextTry = signal<number | null>(null)

  #read: () => Promise<void>
  #hidden: () => boolean
  #everyMs: number
  #wake: (() => void) | null = null
  /** A read that is going on is to be followed by another one at once. */
  #again = false

  constructor(read: () => Promise<void>, hidden: () => boolean, everyMs = POLL_MS) {
    this.#everyMs = everyMs
    this.#read = read
    this.#hidden = hidden
  }

  /** Goes on until `stop` is aborted or the service wants a sign-in, after which nothing more may be read. */
  async run(stop: AbortSignal): Promise<void> {
    let failures = 0
    stop.addEventListener('abort', () => this.retryNow())
    while (!stop.aborted) {
      const began = Date.now()
      try {
        await this.#read()
        failures = 0
        this.failure.value = null
        this.failingSince.value = null
        this.nextTry.value = null
      } catch (error) {
        if (stop.aborted) return
        failures += 1
        this.failure.value =
          error instanceof ApiFailure
            ? error
            : new ApiFailure('away', null, 'The service’s answer made no sense.')
        this.failingSince.value ??= Date.now()
        if (this.failure.value.kind === 'signed-out') return
      }
      const every = this.#hidden() ? Math.max(HIDDEN_POLL_MS, this.#everyMs) : this.#everyMs
      const pause =
        failures === 0
          ? Math.max(SHORTEST_PAUSE_MS, every - (Date.now() - began))
          : Math.min(LONGEST_RETRY_MS, 1000 * 2 ** (failures - 1))
      if (failures > 0) this.nextTry.value = Date.now() + pause
      if (!stop.aborted && !this.#again) await this.#pause(pause)
      this.#again = false
    }
  }

  /** Reads without a pause, e.g. when the network is back or the view has changed: now, or after the read that is on. */
  retryNow(): void {
    this.#again = this.#wake === null
    this.#wake?.()
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.#wake = null
        resolve()
      }
      const timer = setTimeout(done, ms)
      this.#wake = done
    })
  }
}
