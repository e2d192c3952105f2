import type { AdGroup, AdReport, AdRow } from '../../api/ads'
import { shownText } from '../../outside-text'
import { type Cell, utc } from '../csv'
import { percent } from '../experience'
import { whole } from './words'

export const AD_GROUP_WORDS: Record<AdGroup, string> = { ad: 'ad', creative: 'creative', break: 'ad break' }

/** What a row is called, and its id beside it where that is another one. */
export function adName(by: string, row: AdRow): { name: string; id: string | null } {
  const id = by === 'creative' ? row.creativeId : by === 'break' ? row.breakId : row.adId
  if (id === null) return { name: by === 'break' ? 'Outside any break' : 'No id told', id: null }
  return row.name === null || row.name === id
    ? { name: shownText(id), id: null }
    : { name: shownText(row.name), id: shownText(id) }
}

/** A count of an ad's views, and the share of them that it is. */
export interface AdColumn {
  id: string
  name: string
  hint?: string
  count: (row: AdRow) => number | null
  /** What the count is a share of; null: it is no share. */
  of: ((row: AdRow) => number | null) | null
}

const ofViews = (row: AdRow) => row.views

export const AD_COLUMNS: readonly AdColumn[] = [
  {
    id: 'views',
    name: 'Views',
    hint: 'an ad in an ad break of a session',
    count: (row) => row.views,
    of: null,
  },
  { id: 'reached_25', name: 'Reached 25 %', count: (row) => row.reached25, of: ofViews },
  { id: 'reached_50', name: 'Reached 50 %', count: (row) => row.reached50, of: ofViews },
  { id: 'reached_75', name: 'Reached 75 %', count: (row) => row.reached75, of: ofViews },
  { id: 'completed', name: 'Completed', count: (row) => row.completed, of: ofViews },
  { id: 'clicks', name: 'Clicks', count: (row) => row.clicks, of: ofViews },
  { id: 'skips', name: 'Skips', count: (row) => row.skips, of: ofViews },
]

/** Breaks that showed no ad are told by break alone. */
export const EMPTY_BREAKS: AdColumn = {
  id: 'empty_breaks',
  name: 'Without an ad',
  hint: 'of the times that the break was seen',
  count: (row) => row.emptyBreaks,
  of: (row) => row.breaks,
}

export function adColumns(by: string): readonly AdColumn[] {
  return by === 'break' ? [...AD_COLUMNS, EMPTY_BREAKS] : AD_COLUMNS
}

export function adFigure(column: AdColumn, row: AdRow): { text: string; beside: string | null } {
  const count = column.count(row)
  if (count === null) return { text: '–', beside: null }
  const of = column.of?.(row) ?? null
  return { text: whole(count), beside: of === null || of === 0 ? null : percent(count / of) }
}

/** The rows as they are shown, for export: names are the API's. */
export function adCsv(report: AdReport): Cell[][] {
  const columns = adColumns(report.by)
  const breaks = report.by === 'break'
  return [
    [
      'ad_id',
      'name',
      'creative_id',
      'break_id',
      ...columns.map(({ id }) => id),
      ...(breaks ? ['breaks'] : []),
      'from_utc',
      'to_utc',
    ],
    ...report.rows.map((row) => [
      row.adId,
      row.name,
      row.creativeId,
      row.breakId,
      ...columns.map(({ count }) => count(row)),
      ...(breaks ? [row.breaks] : []),
      utc(report.from),
      utc(report.to),
    ]),
  ]
}
