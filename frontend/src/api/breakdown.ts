import { STATUSES, type Status } from '../live/status'
import { fields, list, number, text, time } from './decode'

/** One value's audience now, and how it went in the window's minutes. */
export interface AudienceRow {
  /** What the API's filters take; null: the total. */
  value: string | null
  /** What people call it; null: the value itself. */
  label: string | null
  watchingNow: number
  byStatus: Record<Status, number>
  /** Sessions that are live, whatever they do. */
  live: number
  /** The greatest number of sessions seen in one of the minutes. */
  sessions: number | null
  attempts: number | null
  starts: number | null
  /** Seconds; 15 stands for 15 s or more. */
  startUpP50: number | null
  startUpP95: number | null
  rebufferRatio: number | null
  exitsBeforeStart: number | null
  failed: number | null
  leftBuffering: number | null
}

export interface Breakdown {
  /** ms since 1970. */
  asOf: number
  by: string
  windowMinutes: number
  partial: boolean
  total: AudienceRow
  rows: AudienceRow[]
}

function readRow(value: unknown): AudienceRow | null {
  const row = fields<'AudienceRow'>(value)
  if (row === null) return null
  const counted = fields<'StatusCounts'>(row.by_status) ?? {}
  const byStatus = Object.fromEntries(
    STATUSES.map((status) => [status, number(counted[status]) ?? 0]),
  ) as Record<Status, number>
  return {
    value: text(row.value),
    label: text(row.label),
    watchingNow: number(row.watching_now) ?? 0,
    byStatus,
    live: STATUSES.reduce((sum, status) => sum + byStatus[status], 0),
    sessions: number(row.sessions),
    attempts: number(row.attempts),
    starts: number(row.starts),
    startUpP50: number(row.start_up_p50_s),
    startUpP95: number(row.start_up_p95_s),
    rebufferRatio: number(row.rebuffer_ratio),
    exitsBeforeStart: number(row.exits_before_start),
    failed: number(row.failed),
    leftBuffering: number(row.left_buffering),
  }
}

export function readBreakdown(value: unknown): Breakdown | null {
  const breakdown = fields<'AudienceBreakdown'>(value)
  const asOf = time(breakdown?.as_of)
  const by = text(breakdown?.by)
  const total = readRow(breakdown?.total)
  if (breakdown === null || asOf === null || by === null || total === null) return null
  return {
    asOf,
    by,
    windowMinutes: number(breakdown.window_minutes) ?? 0,
    partial: breakdown.partial === true,
    total,
    rows: list(breakdown.rows).flatMap((each) => {
      const row = readRow(each)
      return row === null || row.value === null ? [] : [row]
    }),
  }
}
