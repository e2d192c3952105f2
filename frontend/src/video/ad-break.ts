import { AD_SECONDS } from './catalogue'

/** What happens in an ad break, in the order in which it is to be tracked. */
export type AdBreakStep =
  | { kind: 'ad_start'; ad: number }
  | { kind: 'quartile'; percent: 25 | 50 | 75 }
  | { kind: 'ad_complete' }
  | { kind: 'ad_skip'; percent: number }
  | { kind: 'break_end' }

const QUARTILES = [25, 50, 75] as const

/** One linear ad break: `size` ads of AD_SECONDS each. It has no clock; time comes in as seconds gone by. */
export class AdBreak {
  readonly size: number
  /** Index of the ad that plays. */
  ad = 0
  /** Seconds of the ad played. */
  elapsed = 0
  paused = false
  ended = false

  constructor(size: number) {
    this.size = size
  }

  get percent(): number {
    return Math.min(100, Math.floor((this.elapsed / AD_SECONDS) * 100))
  }

  get remaining(): number {
    return Math.max(0, AD_SECONDS - this.elapsed)
  }

  begin(): AdBreakStep[] {
    return [{ kind: 'ad_start', ad: 0 }]
  }

  advance(seconds: number): AdBreakStep[] {
    if (this.paused || this.ended) return []
    const before = this.percent
    this.elapsed += seconds
    const steps: AdBreakStep[] = QUARTILES.filter((at) => before < at && this.percent >= at).map(
      (percent) => ({
        kind: 'quartile',
        percent,
      }),
    )
    if (this.elapsed >= AD_SECONDS) steps.push({ kind: 'ad_complete' }, ...this.#next())
    return steps
  }

  skip(): AdBreakStep[] {
    if (this.ended) return []
    return [{ kind: 'ad_skip', percent: this.percent }, ...this.#next()]
  }

  #next(): AdBreakStep[] {
    this.elapsed = 0
    this.paused = false
    if (this.ad + 1 >= this.size) {
      this.ended = true
      return [{ kind: 'break_end' }]
    }
    this.ad += 1
    return [{ kind: 'ad_start', ad: this.ad }]
  }
}
