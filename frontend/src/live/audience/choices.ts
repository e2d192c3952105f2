/** What can be chosen on the view *Audience*; all of it stands in the address. */

export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

export const RANGES = ['hour', 'day', 'month'] as const
export type Range = (typeof RANGES)[number]

export const RANGE_MS: Record<Range, number> = { hour: HOUR_MS, day: DAY_MS, month: 30 * DAY_MS }
export const RANGE_WORDS: Record<Range, string> = {
  hour: 'last hour',
  day: 'last 24 hours',
  month: 'last 30 days',
}

export const COMPARISONS = ['hour', 'day', 'week'] as const
export type Comparison = (typeof COMPARISONS)[number]

export const COMPARISON_MS: Record<Comparison, number> = { hour: HOUR_MS, day: DAY_MS, week: 7 * DAY_MS }
export const COMPARISON_WORDS: Record<Comparison, string> = {
  hour: 'an hour before',
  day: 'a day before',
  week: 'a week before',
}

/** Minutes are kept for four days: of a week ago there are hours alone, too few for the range of an hour. */
export function canCompare(range: Range, comparison: Comparison): boolean {
  return !(range === 'hour' && comparison === 'week')
}

/** The step of the points, as the API takes it: hours where minutes would be too many, or aren't kept any more. */
export function stepOf(range: Range, comparison: Comparison | null): '1m' | '1h' {
  return range === 'month' || comparison === 'week' ? '1h' : '1m'
}

export const METRICS = [
  'watching',
  'sessions',
  'average_audience',
  'start_up_p95_s',
  'rebuffer_ratio',
  'starts',
  'failed',
] as const
export type Metric = (typeof METRICS)[number]

/** The breakdown's window, whole minutes. */
export const WINDOWS = [1, 5, 15, 60] as const

export function oneOf<Choice extends string | number>(
  choices: readonly Choice[],
  given: string | null,
): Choice | null {
  return choices.find((choice) => String(choice) === given) ?? null
}
