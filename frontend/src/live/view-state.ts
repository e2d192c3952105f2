import { AD_GROUPS, type AdGroup } from '../api/ads'
import {
  COMPARISONS,
  type Comparison,
  canCompare,
  METRICS,
  type Metric,
  oneOf,
  RANGES,
  type Range,
  WINDOWS,
} from './audience/choices'
import { type Experience, isExperience } from './experience'
import { orderOf } from './list/columns'
import { isStatus, type Status } from './status'

/** What the reader is looking at. All of it is in the address, so a view can be kept, sent and gone back to. */
export interface ViewState {
  show: 'viewers' | 'audience'
  q: string
  status: Status | null
  experience: Experience | null
  mediaId: string | null
  /** Values that sessions must have, by the dimension's name. */
  dimensions: Readonly<Record<string, string>>
  /** Dimensions that are columns of the list. */
  columns: readonly string[]
  /** Id of a column that rows can be ordered by. */
  sort: string
  descending: boolean
  group: boolean
  layout: 'table' | 'cards'
  viewer: string | null
  feed: boolean
  /** What the audience is broken down by: a dimension's name, `title` or `status`. */
  by: string
  /** The breakdown's order: the id of one of its columns. */
  rank: string
  rankAscending: boolean
  /** Minutes that its figures are of. */
  window: number
  metric: Metric
  range: Range
  compare: Comparison | null
  /** What ad views are counted by. */
  adsBy: AdGroup
}

export const DEFAULT_VIEW: ViewState = {
  show: 'viewers',
  q: '',
  status: null,
  experience: null,
  mediaId: null,
  dimensions: {},
  columns: [],
  sort: 'joined',
  descending: true,
  group: false,
  layout: 'table',
  viewer: null,
  feed: false,
  by: 'title',
  rank: 'impact',
  rankAscending: false,
  window: 5,
  metric: 'watching',
  range: 'hour',
  compare: null,
  adsBy: 'ad',
}

/** Before a dimension's name in the address, which may be that of any other parameter. */
const DIMENSION = 'd.'

export function readView(search: string): ViewState {
  const given = new URLSearchParams(search)
  const status = given.get('status')
  const sort = given.get('sort') ?? ''
  const named = sort.replace(/^-/, '')
  const sorted = orderOf(named) !== undefined
  const range = oneOf(RANGES, given.get('range')) ?? DEFAULT_VIEW.range
  const compare = oneOf(COMPARISONS, given.get('compare'))
  const rank = given.get('rank') ?? DEFAULT_VIEW.rank
  return {
    show: given.get('show') === 'audience' ? 'audience' : 'viewers',
    q: given.get('q') ?? '',
    status: isStatus(status) ? status : null,
    experience: isExperience(given.get('experience')) ? (given.get('experience') as Experience) : null,
    mediaId: given.get('title'),
    dimensions: Object.fromEntries(
      [...given].flatMap(([name, value]) =>
        name.startsWith(DIMENSION) && value !== '' ? [[name.slice(DIMENSION.length), value]] : [],
      ),
    ),
    columns: (given.get('columns') ?? '').split(',').filter((name) => name !== ''),
    sort: sorted ? named : DEFAULT_VIEW.sort,
    descending: sorted ? sort.startsWith('-') : DEFAULT_VIEW.descending,
    group: given.get('group') === 'title',
    layout: given.get('view') === 'cards' ? 'cards' : 'table',
    viewer: given.get('viewer'),
    feed: given.get('feed') === '1',
    by: given.get('by') || DEFAULT_VIEW.by,
    rank: rank.replace(/^\+/, ''),
    rankAscending: rank.startsWith('+'),
    window: oneOf(WINDOWS, given.get('window')) ?? DEFAULT_VIEW.window,
    metric: oneOf(METRICS, given.get('metric')) ?? DEFAULT_VIEW.metric,
    range,
    compare: compare !== null && canCompare(range, compare) ? compare : null,
    adsBy: oneOf(AD_GROUPS, given.get('ads')) ?? DEFAULT_VIEW.adsBy,
  }
}

/** The query string of a view; what is as by default is left out. */
export function writeView(view: ViewState): string {
  const query = new URLSearchParams()
  if (view.show !== 'viewers') query.set('show', view.show)
  if (view.q !== '') query.set('q', view.q)
  if (view.status !== null) query.set('status', view.status)
  if (view.experience !== null) query.set('experience', view.experience)
  if (view.mediaId !== null) query.set('title', view.mediaId)
  for (const [name, value] of Object.entries(view.dimensions)) query.set(DIMENSION + name, value)
  if (view.columns.length > 0) query.set('columns', view.columns.join(','))
  if (view.sort !== DEFAULT_VIEW.sort || view.descending !== DEFAULT_VIEW.descending)
    query.set('sort', `${view.descending ? '-' : ''}${view.sort}`)
  if (view.group) query.set('group', 'title')
  if (view.layout === 'cards') query.set('view', 'cards')
  if (view.viewer !== null) query.set('viewer', view.viewer)
  if (view.feed) query.set('feed', '1')
  if (view.by !== DEFAULT_VIEW.by) query.set('by', view.by)
  if (view.rank !== DEFAULT_VIEW.rank || view.rankAscending)
    query.set('rank', `${view.rankAscending ? '+' : ''}${view.rank}`)
  if (view.window !== DEFAULT_VIEW.window) query.set('window', String(view.window))
  if (view.metric !== DEFAULT_VIEW.metric) query.set('metric', view.metric)
  if (view.range !== DEFAULT_VIEW.range) query.set('range', view.range)
  if (view.compare !== null) query.set('compare', view.compare)
  if (view.adsBy !== DEFAULT_VIEW.adsBy) query.set('ads', view.adsBy)
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}
