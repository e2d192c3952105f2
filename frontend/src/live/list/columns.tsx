import type { ComponentChildren } from 'preact'
import type { MediaSession } from '../../api/media-session'
import type { ViewerRow } from '../data/live-store'
import { progressAt } from '../playhead'
import { statusRank } from '../status'
import { StatusBadge } from '../status-badge'
import { AdCounts, AdNow, ExperienceMark, LastSeen, Progress, Title, ViewerName } from './viewer-facts'

/** What a cell is drawn from. */
export interface CellProps {
  viewerId: string
  session: MediaSession
  liveSessions: number
  now: number
  /** This viewer is open beside the list. */
  opened: boolean
  open: (viewerId: string) => void
}

/**
 * One fact of a viewer, wherever it is shown: a column of the table, a part of a card, a line of a narrow list. To add
 * a fact is to add an entry to COLUMNS.
 */
export interface Column {
  id: string
  name: string
  /** What the name leaves out; read out, and shown under the pointer. */
  hint?: string
  /** Its track in the table's grid. */
  width: string
  /** Width of the list, rem, from which it is a column; 0: always. */
  from: number
  /** Its place in the two-line rows of a narrow list; elsewhere it is only read out there. */
  narrow?: 'viewer' | 'status' | 'title' | 'progress'
  /** Its place in a card; a column without one isn't in cards. */
  card?: 'head' | 'line' | 'fact'
  /** What rows are ordered by; without it they can't be ordered by this column. */
  sort?: (row: ViewerRow, now: number) => string | number
  render: (cell: CellProps) => ComponentChildren
}

/** Sorts after every title. */
const LAST = '\uffff'

/** The table's columns from left to right; the order is also that of a card's parts. */
export const COLUMNS: readonly Column[] = [
  {
    id: 'viewer',
    name: 'Viewer',
    width: 'minmax(7rem, 1.3fr)',
    from: 0,
    narrow: 'viewer',
    card: 'head',
    sort: (row) => row.viewerId.toLowerCase(),
    render: (cell) => <ViewerName {...cell} />,
  },
  {
    id: 'title',
    name: 'Title',
    width: 'minmax(7rem, 1.4fr)',
    from: 0,
    narrow: 'title',
    card: 'line',
    sort: ({ session }) => session.title?.toLowerCase() ?? LAST,
    render: ({ session }) => <Title session={session} />,
  },
  {
    id: 'status',
    name: 'Status',
    width: '7.4rem',
    from: 0,
    narrow: 'status',
    card: 'head',
    sort: ({ session }) => statusRank(session.status),
    render: ({ session }) => <StatusBadge status={session.status} testId="viewer-status" />,
  },
  {
    id: 'progress',
    name: 'Progress',
    width: 'minmax(9rem, 1.4fr)',
    from: 0,
    narrow: 'progress',
    card: 'line',
    sort: ({ session }, now) => progressAt(session, now) ?? -1,
    render: ({ session, now }) => <Progress session={session} now={now} />,
  },
  {
    id: 'ad',
    name: 'Ad playing',
    width: 'minmax(6rem, 1fr)',
    from: 70,
    render: ({ session }) => <AdNow session={session} />,
  },
  {
    id: 'ads',
    name: 'Ads',
    hint: 'seen, skipped, clicked',
    width: '6rem',
    from: 0,
    card: 'fact',
    render: ({ session }) => <AdCounts session={session} />,
  },
  {
    id: 'experience',
    name: 'Experience',
    width: '6.6rem',
    from: 70,
    card: 'fact',
    render: ({ session }) => <ExperienceMark session={session} />,
  },
  {
    id: 'seen',
    name: 'Last seen',
    width: '6rem',
    from: 0,
    card: 'fact',
    sort: ({ session }) => session.lastSeen,
    render: ({ session, now }) => <LastSeen session={session} now={now} />,
  },
]

/** Orders that are no column's. */
const OTHER_ORDERS: Record<string, { name: string; sort: NonNullable<Column['sort']> }> = {
  joined: { name: 'Joined', sort: ({ session }) => session.firstSeen },
}

/** What rows can be ordered by: the name of each order, and its key. */
export const ORDERS: Record<string, { name: string; sort: NonNullable<Column['sort']> }> = {
  ...OTHER_ORDERS,
  ...Object.fromEntries(
    COLUMNS.flatMap(({ id, name, sort }) => (sort === undefined ? [] : [[id, { name, sort }]])),
  ),
}

/** The columns that fit a list of this width (rem). */
export function columnsFor(width: number): Column[] {
  return COLUMNS.filter((column) => column.from <= width)
}
