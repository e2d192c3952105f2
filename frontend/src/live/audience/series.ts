import type { Point, Timeseries } from '../../api/timeseries'
import { type Cell, utc } from '../csv'
import {
  COMPARISON_MS,
  type Comparison,
  HOUR_MS,
  METRICS,
  type Metric,
  MINUTE_MS,
  RANGE_MS,
  type Range,
} from './choices'

/** What a chart draws: one metric, and the same of some time before, over the same places. */
export interface Curve {
  /** ms since 1970; every step of the range, whether there is a figure or not. */
  times: number[]
  values: (number | null)[]
  /** Of the time before; null where nothing is compared. */
  before: (number | null)[] | null
}

export interface Span {
  from: number
  /** Exclusive. */
  to: number
  step: number
}

/** The steps of a range that ends with the last whole one before `now` (ms). */
export function spanOf(range: Range, step: '1m' | '1h', now: number): Span {
  const width = step === '1m' ? MINUTE_MS : HOUR_MS
  const to = Math.floor(now / width) * width
  return { from: to - RANGE_MS[range], to, step: width }
}

export function shifted(span: Span, comparison: Comparison): Span {
  const back = COMPARISON_MS[comparison]
  return { ...span, from: span.from - back, to: span.to - back }
}

/** A metric along a span: what has no figure is a gap, never a guess or a zero. */
export function curveOf(
  span: Span,
  metric: Metric,
  points: readonly Point[],
  before: { points: readonly Point[]; comparison: Comparison } | null,
): Curve {
  const times: number[] = []
  for (let at = span.from; at < span.to; at += span.step) times.push(at)
  const along = (from: readonly Point[], back: number) => {
    const known = new Map(from.map((point) => [point.at + back, point.values[metric]]))
    return times.map((at) => known.get(at) ?? null)
  }
  return {
    times,
    values: along(points, 0),
    before: before === null ? null : along(before.points, COMPARISON_MS[before.comparison]),
  }
}

/** The series as they are shown, every metric of it, for export. Times are UTC. */
export function seriesCsv(
  series: Timeseries,
  before: Timeseries | null,
  comparison: Comparison | null,
): Cell[][] {
  const name = comparison === null ? '' : `_${comparison}_before`
  const back = comparison === null ? 0 : COMPARISON_MS[comparison]
  const earlier = new Map((before?.points ?? []).map((point) => [point.at + back, point.values]))
  const compared = before === null ? [] : METRICS
  return [
    ['at_utc', ...METRICS, ...compared.map((metric) => metric + name)],
    ...series.points.map((point) => [
      utc(point.at),
      ...METRICS.map((metric) => point.values[metric]),
      ...compared.map((metric) => earlier.get(point.at)?.[metric] ?? null),
    ]),
  ]
}
