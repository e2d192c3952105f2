import { type AdGroup, type AdReport, readAds } from '../../api/ads'
import { type Breakdown, readBreakdown } from '../../api/breakdown'
import { readTimeseries, type Timeseries } from '../../api/timeseries'
import { utc } from '../csv'
import type { Question } from '../data/reading'
import { type Comparison, HOUR_MS, MINUTE_MS, RANGE_MS, type Range, stepOf } from './choices'
import type { AudienceScope } from './scope'
import { type Span, shifted, spanOf } from './series'

const NOW_EVERY_MS = 5000
const ADS_EVERY_MS = 30_000
/** A minute of an hour's chart is there soon after it ends; longer ranges change less, and cost more. */
const SERIES_EVERY_MS: Record<Range, number> = { hour: 10_000, day: MINUTE_MS, month: 5 * MINUTE_MS }

export function askBreakdown(query: Record<string, string | null>): Question<Breakdown> {
  return {
    key: JSON.stringify(query),
    path: '/v1/audience',
    query: () => query,
    read: readBreakdown,
    everyMs: NOW_EVERY_MS,
  }
}

/** The hours that hold a range; the newest is still running. */
export function hoursOf(range: Range, now: number): { from: number; to: number } {
  const to = Math.ceil(now / HOUR_MS) * HOUR_MS
  return { from: Math.floor((now - RANGE_MS[range]) / HOUR_MS) * HOUR_MS, to }
}

export function askAds(scope: AudienceScope, by: AdGroup, range: Range): Question<AdReport> {
  return {
    key: JSON.stringify([by, scope.mediaId, range]),
    path: '/v1/ads',
    query: (now) => {
      const { from, to } = hoursOf(range, now)
      return { from: utc(from), to: utc(to), by, media_id: scope.mediaId }
    },
    read: readAds,
    everyMs: ADS_EVERY_MS,
  }
}

/** A series, and the span that was asked for. */
export interface SpannedSeries extends Timeseries {
  span: Span
}

/** The series of a range; of a comparison, the one of so long before (`shift`). */
export function askSeries(
  scope: AudienceScope,
  range: Range,
  comparison: Comparison | null,
  shift: Comparison | null = null,
): Question<SpannedSeries> {
  const step = stepOf(range, comparison)
  const named = { media_id: scope.mediaId, by: scope.by, value: scope.value }
  return {
    key: JSON.stringify([named, range, step, shift]),
    path: '/v1/audience/timeseries',
    query: (now) => {
      const current = spanOf(range, step, now)
      const { from, to } = shift === null ? current : shifted(current, shift)
      return { from: utc(from), to: utc(to), step, ...named }
    },
    read: (body, query) => {
      const series = readTimeseries(body)
      const [from, to] = [Date.parse(query.from ?? ''), Date.parse(query.to ?? '')]
      return series && { ...series, span: { from, to, step: step === '1m' ? MINUTE_MS : HOUR_MS } }
    },
    everyMs: SERIES_EVERY_MS[range],
  }
}
