import type { AudienceMinute } from '../../api/audience'

const MINUTE_MS = 60_000
const MINUTES = 60

/** What the chart draws. Times are seconds since 1970, as the chart takes them; null is a gap. */
export interface HourSeries {
  times: number[]
  /** Sessions seen in each whole minute; the running minute has none yet. */
  seen: (number | null)[]
  /** Live sessions, at the last time alone. */
  now: (number | null)[]
  /** The most seen in a minute, and where in the series. */
  peak: { at: number; sessions: number } | null
}

/**
 * The last hour up to `now` (ms). The running minute isn't over, so its count isn't drawn: the line ends with the last
 * whole minute, and what is live now is a point of its own. A minute in which no session was seen has no figure in the
 * service either: it is a gap, since an empty audience can't be told from a count that is missing.
 */
export function hourSeries(minutes: readonly AudienceMinute[], live: number | null, now: number): HourSeries {
  const running = Math.floor(now / MINUTE_MS) * MINUTE_MS
  const counts = new Map(minutes.map((minute) => [minute.at, minute.sessions]))
  const times: number[] = []
  const seen: (number | null)[] = []
  let peak: HourSeries['peak'] = null
  for (let at = running - (MINUTES - 1) * MINUTE_MS; at < running; at += MINUTE_MS) {
    const sessions = counts.get(at) || null
    if (sessions !== null && sessions > (peak?.sessions ?? 0)) peak = { at: times.length, sessions }
    times.push(at / 1000)
    seen.push(sessions)
  }
  return {
    times: [...times, now / 1000],
    seen: [...seen, null],
    now: [...times.map(() => null), live],
    peak,
  }
}
