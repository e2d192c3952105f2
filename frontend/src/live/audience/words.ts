import { percent } from '../experience'
import type { Metric } from './choices'

/** What a metric is called, where Mux has it by Mux's name, and how its figures are written. */
export const METRIC_WORDS: Record<Metric, { name: string; hint: string; write: (value: number) => string }> =
  {
    watching: {
      name: 'Watching',
      hint: 'sessions that play, show an ad or buffer, at the end of each minute',
      write: whole,
    },
    sessions: {
      name: 'Sessions seen',
      hint: 'sessions with an event in the minute, paused ones too',
      write: whole,
    },
    average_audience: { name: 'Average audience', hint: 'time played / time', write: tenths },
    start_up_p95_s: { name: 'Video startup time, p95', hint: 'seconds', write: startUp },
    rebuffer_ratio: {
      name: 'Rebuffer percentage',
      hint: 'time buffering / time watched',
      write: percent,
    },
    starts: { name: 'Starts', hint: 'sessions that showed their first frame', write: whole },
    failed: { name: 'Playback failures', hint: 'sessions that failed', write: whole },
  }

export function whole(value: number): string {
  return value.toLocaleString()
}

/** "1 start", "12 starts". */
export function counted(count: number, what: string): string {
  return `${whole(count)} ${what}${count === 1 ? '' : 's'}`
}

export function tenths(value: number): string {
  return value.toLocaleString(undefined, { maximumFractionDigits: value < 100 ? 1 : 0 })
}

/** Seconds of start-up; the service tells 15 and all above as 15. */
export function startUp(seconds: number): string {
  return seconds >= 15 ? '≥ 15 s' : `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`
}

/** A share with its count: what "12 (3.5 %)" is made of. Null where it can't be told. */
export function share(count: number | null, outOf: number | null): number | null {
  return count === null || outOf === null || outOf === 0 ? null : count / outOf
}
