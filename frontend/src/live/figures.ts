import type { AudienceMinute, TitleAudience } from '../api/audience'
import type { ViewerRow } from './data/live-store'
import { sessionExperience } from './experience'
import { silentFor } from './silence'
import { countRows, isWatching, STATUSES, type Status } from './status'
import type { ViewState } from './view-state'

/** The service's count, as far as it has answered. */
export interface Counted {
  watchingNow: number
  byStatus: Record<Status, number>
  topTitles: TitleAudience[]
  minutes: AudienceMinute[]
  partial: boolean
}

/** Who has trouble. */
export interface Trouble {
  buffering: number
  /** Share of those watching who are buffering now; null while nobody watches. */
  bufferingShare: number | null
  /** Of the rows that the page holds: the service doesn't count by experience. */
  poor: number
  /** How many rows that is of, while there are more than the page holds; else null. */
  poorOf: number | null
  failed: number
}

export interface Figures {
  /** What is counted: rows while the page holds all of them, else the service's sessions. */
  unit: 'viewers' | 'sessions'
  watchingNow: number | null
  byStatus: Record<Status, number> | null
  topTitles: TitleAudience[] | null
  /** Top titles are those that the service could read in time. */
  titlesPartial: boolean
  minutes: AudienceMinute[] | null
  /** Live sessions now, in the unit of the minutes. */
  liveNow: number | null
  trouble: Trouble | null
}

export interface FigureSources {
  /** Rows of the title that the view is narrowed to, or of everyone. */
  rows: readonly ViewerRow[]
  /** The rows are all there are, and up to date. */
  whole: boolean
  everyone: Counted | null
  ofTitle: Counted | null
  mediaId: string | null
  loaded: boolean
}

/**
 * The figures of one screen, all of one unit and one moment: while the page holds every row they are counted from the
 * rows, else they are the service's.
 */
export function figuresOf(sources: FigureSources): Figures {
  const { rows, whole, everyone, ofTitle, mediaId, loaded } = sources
  const counted = mediaId === null ? everyone : ofTitle
  const byRows = countRows(rows)
  const byStatus = whole ? byRows : (counted?.byStatus ?? null)
  const watchingNow = whole ? sum(byRows, isWatching) : (counted?.watchingNow ?? null)
  return {
    unit: whole ? 'viewers' : 'sessions',
    watchingNow,
    byStatus,
    topTitles: topTitles(sources, watchingNow),
    titlesPartial: !(whole && mediaId === null) && (everyone?.partial ?? false),
    minutes: counted?.minutes ?? null,
    liveNow: whole
      ? rows.reduce((total, row) => total + row.liveSessions, 0)
      : byStatus === null
        ? null
        : sum(byStatus, () => true),
    trouble: loaded && byStatus !== null ? troubleOf(rows, byStatus, whole) : null,
  }
}

function topTitles(sources: FigureSources, watchingNow: number | null): TitleAudience[] | null {
  const { rows, whole, everyone, mediaId } = sources
  if (mediaId !== null || !whole)
    // The chosen title stands beside its own figure: both are the same one.
    return (
      everyone?.topTitles.map((title) =>
        title.mediaId === mediaId && watchingNow !== null ? { ...title, watchingNow } : title,
      ) ?? null
    )
  const titles = new Map<string, TitleAudience>()
  for (const { session } of rows) {
    if (session.mediaId === null || !isWatching(session.status)) continue
    const title = titles.get(session.mediaId)
    if (title !== undefined) title.watchingNow += 1
    else
      titles.set(session.mediaId, {
        mediaId: session.mediaId,
        title: session.title ?? session.mediaId,
        watchingNow: 1,
      })
  }
  return [...titles.values()].sort(
    (a, b) => b.watchingNow - a.watchingNow || (a.mediaId < b.mediaId ? -1 : 1),
  )
}

function troubleOf(rows: readonly ViewerRow[], byStatus: Record<Status, number>, whole: boolean): Trouble {
  const watching = sum(byStatus, isWatching)
  let poor = 0
  for (const { session } of rows) if (sessionExperience(session) === 'poor') poor += 1
  return {
    buffering: byStatus.BUFFERING_VIDEO,
    bufferingShare: watching === 0 ? null : byStatus.BUFFERING_VIDEO / watching,
    poor,
    poorOf: whole || rows.length >= sum(byStatus, () => true) ? null : rows.length,
    failed: byStatus.FAILED_VIDEO,
  }
}

function sum(counts: Record<Status, number>, which: (status: Status) => boolean): number {
  return STATUSES.reduce((total, status) => total + (which(status) ? counts[status] : 0), 0)
}

/** How many the list shows, of how many. */
export interface ListCount {
  shown: number
  /** Rows shown of whom something was heard lately. */
  heard: number
  /** How many there are by the service where the page doesn't hold them all; else null. */
  loadedOf: number | null
  /** Rows without the filters, where there are some; else null. */
  filteredOf: number | null
  /** The service left some out. */
  partial: boolean
}

export function listCount(
  shown: readonly ViewerRow[],
  held: number,
  figures: Figures,
  view: Pick<ViewState, 'q' | 'status' | 'experience' | 'mediaId' | 'dimensions'>,
  now: number,
  partial: boolean,
): ListCount {
  const whole = figures.unit === 'viewers'
  // Rows off screen may be a minute old while the page doesn't hold all that is new.
  const silent = whole ? shown.filter((row) => silentFor(row.session, now) !== null).length : 0
  const searched = view.q !== '' || view.experience !== null || Object.keys(view.dimensions).length > 0
  const { byStatus } = figures
  const all = byStatus === null ? 0 : view.status === null ? sum(byStatus, () => true) : byStatus[view.status]
  const filtered = searched || view.status !== null || view.mediaId !== null
  return {
    shown: shown.length,
    heard: shown.length - silent,
    loadedOf: !whole && !searched && all > shown.length ? all : null,
    filteredOf: filtered && whole && shown.length < held ? held : null,
    partial,
  }
}

/** "184 live", "12 of 184 live", "59 loaded of 62", "40 live, 6 silent". */
export function countWords({ shown, heard, loadedOf, filteredOf, partial }: ListCount): string {
  const more = partial ? ' (partial)' : ''
  if (loadedOf !== null) return `${shown.toLocaleString()} loaded of ${loadedOf.toLocaleString()}${more}`
  const silent = shown - heard
  return [
    heard.toLocaleString(),
    filteredOf === null ? '' : ` of ${filteredOf.toLocaleString()}`,
    ' live',
    silent === 0 ? '' : `, ${silent.toLocaleString()} silent`,
    more,
  ].join('')
}
