import type { ComponentChildren } from 'preact'
import type { MediaSession } from '../../api/media-session'
import type { ViewerRow } from '../data/live-store'
import { experienceRank } from '../experience'
import { progressAt } from '../playhead'
import { statusRank } from '../status'
import { viewerName } from '../viewer-names'
import { dimensionColumn, orderByDimension } from './dimension-columns'
import {
  AdCounts,
  BufferingSince,
  ExperienceMark,
  Joined,
  LastSeen,
  Progress,
  StatusAndAd,
  Title,
  ViewerName,
} from './viewer-facts'

/** What a cell is drawn from. */
export interface CellProps {
  viewerId: string
  session: MediaSession
  liveSessions: number
  now: number
  /** The viewer has left, and keeps the place only while the list is held still. */
  left: boolean
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
    width: 'minmax(9.6rem, 1.3fr)',
    from: 0,
    narrow: 'viewer',
    card: 'head',
    sort: (row) => viewerName(row.viewerId).toLowerCase(),
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
    width: 'minmax(7.4rem, 0.8fr)',
    from: 0,
    narrow: 'status',
    card: 'head',
    sort: ({ session }) => statusRank(session.status),
    render: (cell) => <StatusAndAd {...cell} />,
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
    id: 'ads',
    name: 'Ads',
    hint: 'seen, skipped, clicked',
    width: '4.6rem',
    from: 65,
    card: 'fact',
    render: ({ session }) => <AdCounts session={session} />,
  },
  {
    id: 'experience',
    name: 'Experience',
    hint: 'by the time spent buffering, from 60 s played',
    width: '7rem',
    from: 0,
    card: 'fact',
    sort: ({ session }) => experienceRank(session),
    render: ({ session }) => <ExperienceMark session={session} />,
  },
  {
    id: 'bitrate',
    name: 'Bitrate',
    hint: 'in Mbit/s, of the newest quality change',
    width: '5rem',
    from: 84,
    sort: ({ session }) => session.bitrate ?? -1,
    render: ({ session }) => (session.bitrate === null ? '–' : (session.bitrate / 1e6).toFixed(1)),
  },
  {
    id: 'stalled',
    name: 'Buffering since',
    width: '7rem',
    from: 104,
    sort: ({ session }) => session.bufferingSince ?? Number.MAX_SAFE_INTEGER,
    render: ({ session }) => <BufferingSince session={session} />,
  },
  {
    id: 'joined',
    name: 'Joined',
    width: '3.6rem',
    from: 59,
    sort: ({ session }) => session.firstSeen,
    render: ({ session }) => <Joined session={session} />,
  },
  {
    id: 'seen',
    name: 'Last seen',
    width: '6.4rem',
    from: 0,
    card: 'fact',
    sort: ({ session }) => session.lastSeen,
    render: ({ session, now }) => <LastSeen session={session} now={now} />,
  },
]

const DIMENSION_REM = 8
/** Width of the list, rem, from which it has room for columns of dimensions. */
const DIMENSIONS_FROM_REM = 59
/** The columns of dimensions come before this one. */
const AFTER_DIMENSIONS = 'ads'

/** What rows can be ordered by, with these dimensions as columns. */
export function orders(dimensions: readonly string[]): { id: string; name: string }[] {
  return [...COLUMNS.filter((column) => column.sort !== undefined), ...dimensions.map(dimensionColumn)]
}

/** What rows are ordered by, by the id of a column. */
export function orderOf(id: string): Column['sort'] {
  return orderByDimension(id) ?? COLUMNS.find((column) => column.id === id)?.sort
}

/** The columns that fit a list of this width (rem), those of the chosen dimensions before what can be left out. */
export function columnsFor(width: number, dimensions: readonly string[] = []): Column[] {
  const room = Math.max(0, Math.floor((width - DIMENSIONS_FROM_REM) / DIMENSION_REM))
  const chosen = dimensions.slice(0, room).map(dimensionColumn)
  const rest = COLUMNS.filter((column) => column.from <= width - chosen.length * DIMENSION_REM)
  const at = COLUMNS.findIndex((column) => column.id === AFTER_DIMENSIONS)
  const before = rest.filter((column) => COLUMNS.indexOf(column) < at)
  return [...before, ...chosen, ...rest.slice(before.length)]
}
