import type { AudienceRow, Breakdown } from '../../api/breakdown'
import type { Cell } from '../csv'
import { percent } from '../experience'
import { impactOf, troubleOf } from './impact'
import { counted, share, startUp, tenths, whole } from './words'

/** What a column draws: a figure, and beside a ratio the count that it is of. */
export interface Figure {
  text: string
  beside?: string
}

/** A figure of the rows. To add one is to add an entry to BREAKDOWN_COLUMNS. */
export interface BreakdownColumn {
  id: string
  name: string
  hint?: string
  /** What rows are ordered by; null comes last either way. */
  sort: (row: AudienceRow, total: AudienceRow) => number | null
  figure: (row: AudienceRow, total: AudienceRow) => Figure
}

const UNKNOWN: Figure = { text: '–' }

/** "3.5 %", and beside it "12 of 340". */
function ratio(count: number | null, outOf: number | null): Figure {
  if (count === null || outOf === null) return UNKNOWN
  const rate = share(count, outOf)
  return { text: percent(rate), beside: `${whole(count)} of ${whole(outOf)}` }
}

export const BREAKDOWN_COLUMNS: readonly BreakdownColumn[] = [
  {
    id: 'watching',
    name: 'Watching now',
    hint: 'sessions that play, show an ad or buffer',
    sort: (row) => row.watchingNow,
    figure: (row) => ({ text: whole(row.watchingNow), beside: `${whole(row.live)} live` }),
  },
  {
    id: 'impact',
    name: 'Negative impact',
    hint: 'sessions in trouble beyond those that there would be if it went as the whole does',
    sort: (row, total) => impactOf(row, total),
    figure: (row, total) => {
      const impact = impactOf(row, total)
      if (impact === null) return UNKNOWN
      const trouble = `${tenths(troubleOf(row))} in trouble`
      return { text: impact < 0.05 ? '0' : `+${tenths(impact)}`, beside: trouble }
    },
  },
  {
    id: 'rebuffering',
    name: 'Rebuffer percentage',
    hint: 'time buffering / time watched',
    sort: (row) => row.rebufferRatio,
    figure: (row) => ({
      text: percent(row.rebufferRatio),
      ...(row.sessions === null ? {} : { beside: counted(row.sessions, 'session') }),
    }),
  },
  {
    id: 'failed',
    name: 'Playback failures',
    hint: 'of the attempts to play',
    sort: (row) => share(row.failed, row.attempts) ?? row.failed,
    figure: (row) => ratio(row.failed, row.attempts),
  },
  {
    id: 'exits',
    name: 'Exits before video start',
    hint: 'of the attempts to play',
    sort: (row) => share(row.exitsBeforeStart, row.attempts) ?? row.exitsBeforeStart,
    figure: (row) => ratio(row.exitsBeforeStart, row.attempts),
  },
  {
    id: 'left_buffering',
    name: 'Left buffering',
    sort: (row) => row.leftBuffering,
    figure: (row) => (row.leftBuffering === null ? UNKNOWN : { text: whole(row.leftBuffering) }),
  },
  {
    id: 'start_up',
    name: 'Video startup time, p95',
    sort: (row) => row.startUpP95,
    figure: (row) =>
      row.startUpP95 === null
        ? UNKNOWN
        : { text: startUp(row.startUpP95), beside: counted(row.starts ?? 0, 'start') },
  },
]

/** The rows in an order; what isn't known comes last, equals by how much they hurt, then by how many watch. */
export function orderRows(breakdown: Breakdown, rank: string, ascending: boolean): AudienceRow[] {
  const { rows, total } = breakdown
  const column = BREAKDOWN_COLUMNS.find(({ id }) => id === rank)
  const keyed = rows.map((row) => ({
    row,
    key: column === undefined ? null : column.sort(row, total),
    trouble: troubleOf(row),
  }))
  keyed.sort((a, b) => {
    if (a.key !== null && b.key !== null && a.key !== b.key) return ascending ? a.key - b.key : b.key - a.key
    if ((a.key === null) !== (b.key === null)) return a.key === null ? 1 : -1
    return (
      b.trouble - a.trouble ||
      b.row.watchingNow - a.row.watchingNow ||
      ((a.row.value ?? '') < (b.row.value ?? '') ? -1 : 1)
    )
  })
  return keyed.map(({ row }) => row)
}

/** The rows as they are shown, for export: names and units are the API's. */
export function breakdownCsv(breakdown: Breakdown, rows: readonly AudienceRow[]): Cell[][] {
  const { by, total, windowMinutes, asOf } = breakdown
  return [
    [
      by,
      'label',
      'watching_now',
      'live',
      'sessions',
      'attempts',
      'starts',
      'start_up_p50_s',
      'start_up_p95_s',
      'rebuffer_ratio',
      'exits_before_start',
      'failed',
      'left_buffering',
      'negative_impact',
      'window_minutes',
      'as_of_utc',
    ],
    ...[...rows, { ...total, value: 'total' }].map((row) => [
      row.value,
      row.label,
      row.watchingNow,
      row.live,
      row.sessions,
      row.attempts,
      row.starts,
      row.startUpP50,
      row.startUpP95,
      row.rebufferRatio,
      row.exitsBeforeStart,
      row.failed,
      row.leftBuffering,
      rounded(impactOf(row, total)),
      windowMinutes,
      new Date(asOf).toISOString(),
    ]),
  ]
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 100) / 100
}
