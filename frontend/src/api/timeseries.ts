import type { Metric } from '../live/audience/choices'
import { fields, list, number, time } from './decode'

export interface Point {
  /** When the minute or the hour begins, ms since 1970. */
  at: number
  /** Null where it isn't known. */
  values: Record<Metric, number | null>
}

export interface Timeseries {
  points: Point[]
  peak: { at: number; value: number } | null
  averageAudience: number | null
}

export function readTimeseries(value: unknown): Timeseries | null {
  const series = fields<'AudienceTimeseries'>(value)
  if (series === null || !Array.isArray(series.points)) return null
  const peak = fields<'AudiencePeak'>(series.peak)
  const [peakAt, peakValue] = [time(peak?.at), number(peak?.value)]
  return {
    points: list(series.points).flatMap((each) => {
      const point = fields<'AudiencePoint'>(each)
      const at = time(point?.at)
      if (point === null || at === null) return []
      return [
        {
          at,
          values: {
            watching: number(point.watching),
            sessions: number(point.sessions),
            average_audience: number(point.average_audience),
            start_up_p95_s: number(point.start_up_p95_s),
            rebuffer_ratio: number(point.rebuffer_ratio),
            starts: number(point.starts),
            failed: number(point.failed),
          },
        },
      ]
    }),
    peak: peakAt === null || peakValue === null ? null : { at: peakAt, value: peakValue },
    averageAudience: number(series.average_audience),
  }
}
