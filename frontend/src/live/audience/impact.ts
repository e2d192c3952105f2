import type { AudienceRow } from '../../api/breakdown'

/** Fewer sessions than this say little in a ratio: such a row is grey. */
const FEW_SESSIONS = 20

/** Ways in which viewing goes wrong: how many sessions of a row it happened to, and out of how many. */
const TROUBLES: readonly { of: (row: AudienceRow) => number; outOf: (row: AudienceRow) => number }[] = [
  { of: (row) => row.failed ?? 0, outOf: (row) => row.attempts ?? 0 },
  { of: (row) => row.exitsBeforeStart ?? 0, outOf: (row) => row.attempts ?? 0 },
  { of: (row) => row.leftBuffering ?? 0, outOf: (row) => row.sessions ?? 0 },
  // Time spent waiting, as so many sessions that did nothing else.
  { of: (row) => (row.rebufferRatio ?? 0) * (row.sessions ?? 0), outOf: (row) => row.sessions ?? 0 },
]

/**
 * How much a row hurts: the sessions in trouble beyond those that there would be if it went as the whole does, so that
 * neither a large share of the audience nor a bad ratio of a handful comes first by itself. Below 0 it goes better than
 * the whole; null where nothing is counted. After Mux Data's order by *negative impact*.
 */
export function impactOf(row: AudienceRow, total: AudienceRow): number | null {
  if (row.sessions === null && row.attempts === null) return null
  return TROUBLES.reduce((sum, { of, outOf }) => {
    const rate = outOf(total) === 0 ? 0 : of(total) / outOf(total)
    return sum + of(row) - outOf(row) * rate
  }, 0)
}

/** All of a row's sessions in trouble: what decides between rows that go as the whole does. */
export function troubleOf(row: AudienceRow): number {
  return TROUBLES.reduce((sum, { of }) => sum + of(row), 0)
}

export function isFew(row: AudienceRow): boolean {
  return Math.max(row.sessions ?? 0, row.live) < FEW_SESSIONS
}
