import type { MediaSession } from '../../api/media-session'
import { isFound, shownText } from '../../outside-text'
import type { ViewerRow } from '../data/live-store'
import { sessionExperience } from '../experience'
import type { ViewState } from '../view-state'
import { viewerName } from '../viewer-names'
import { orderOf } from './columns'
import { dimensionValue } from './dimension-values'

/** Viewers of one title; with grouping off, all of them. */
export interface Group {
  mediaId: string | null
  title: string | null
  rows: ViewerRow[]
}

export const NO_TITLE = 'No title'
/** Sorts after every title. */
const LAST = '\uffff'

function matches(session: MediaSession, viewerId: string, view: ViewState, needle: string): boolean {
  if (view.status !== null && session.status !== view.status) return false
  if (view.experience !== null && sessionExperience(session) !== view.experience) return false
  if (view.mediaId !== null && session.mediaId !== view.mediaId) return false
  for (const [name, value] of Object.entries(view.dimensions))
    if (dimensionValue(session, name) !== value) return false
  if (needle === '') return true
  if (isFound(needle, viewerId, viewerName(viewerId))) return true
  return session.title !== null && isFound(needle, session.title, shownText(session.title))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** The rows of a view in its order. Equal keys are ordered by viewer id, so that rows don't dance. */
export function selectRows(rows: Iterable<ViewerRow>, view: ViewState, now: number): ViewerRow[] {
  const needle = view.q.trim().toLowerCase()
  const keyOf = orderOf(view.sort) ?? (() => 0)
  const keyed: { row: ViewerRow; key: string | number }[] = []
  for (const row of rows)
    if (matches(row.session, row.viewerId, view, needle)) keyed.push({ row, key: keyOf(row, now) })
  const direction = view.descending ? -1 : 1
  keyed.sort((a, b) => {
    const order =
      typeof a.key === 'number' && typeof b.key === 'number'
        ? a.key - b.key
        : compare(a.key as string, b.key as string)
    return order !== 0 ? order * direction : compare(a.row.viewerId, b.row.viewerId)
  })
  return keyed.map((entry) => entry.row)
}

/** The rows by title, the title with most viewers first, each in the order given. */
export function groupByTitle(rows: ViewerRow[]): Group[] {
  const groups = new Map<string | null, Group>()
  for (const row of rows) {
    const { mediaId, title } = row.session
    const group = groups.get(mediaId)
    if (group === undefined) groups.set(mediaId, { mediaId, title, rows: [row] })
    else group.rows.push(row)
  }
  return [...groups.values()].sort(
    (a, b) => b.rows.length - a.rows.length || compare(a.title ?? LAST, b.title ?? LAST),
  )
}
