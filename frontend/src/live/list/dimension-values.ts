import type { MediaSession } from '../../api/media-session'
import type { ViewerRow } from '../data/live-store'

/** What the API calls the lack of a value, in its rows and its filters. */
export const UNKNOWN = 'unknown'

/** A session's value of a dimension, as filters take it. */
export function dimensionValue(session: MediaSession, name: string): string {
  return session.dimensions[name] ?? UNKNOWN
}

export interface ValueCount {
  value: string
  viewers: number
}

/** The values that these viewers have of a dimension, the most frequent first; `chosen` is among them in any case. */
export function valuesOf(rows: Iterable<ViewerRow>, name: string, chosen: string | null): ValueCount[] {
  const counts = new Map<string, number>(chosen === null ? [] : [[chosen, 0]])
  for (const { session } of rows) {
    const value = dimensionValue(session, name)
    counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  return [...counts]
    .map(([value, viewers]) => ({ value, viewers }))
    .sort((a, b) => b.viewers - a.viewers || (a.value < b.value ? -1 : 1))
}
