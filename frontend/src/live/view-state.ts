import { type Experience, isExperience } from './experience'
import { ORDERS } from './list/columns'
import { isStatus, type Status } from './status'

/** What the reader is looking at. All of it is in the address, so a view can be kept, sent and gone back to. */
export interface ViewState {
  q: string
  status: Status | null
  experience: Experience | null
  mediaId: string | null
  /** One of ORDERS. */
  sort: string
  descending: boolean
  group: boolean
  layout: 'table' | 'cards'
  viewer: string | null
  feed: boolean
}

export const DEFAULT_VIEW: ViewState = {
  q: '',
  status: null,
  experience: null,
  mediaId: null,
  sort: 'joined',
  descending: true,
  group: false,
  layout: 'table',
  viewer: null,
  feed: false,
}

export function readView(search: string): ViewState {
  const given = new URLSearchParams(search)
  const status = given.get('status')
  const sort = given.get('sort') ?? ''
  const named = sort.replace(/^-/, '')
  const sorted = Object.hasOwn(ORDERS, named)
  return {
    q: given.get('q') ?? '',
    status: isStatus(status) ? status : null,
    experience: isExperience(given.get('experience')) ? (given.get('experience') as Experience) : null,
    mediaId: given.get('title'),
    sort: sorted ? named : DEFAULT_VIEW.sort,
    descending: sorted ? sort.startsWith('-') : DEFAULT_VIEW.descending,
    group: given.get('group') === 'title',
    layout: given.get('view') === 'cards' ? 'cards' : 'table',
    viewer: given.get('viewer'),
    feed: given.get('feed') === '1',
  }
}

/** The query string of a view; what is as by default is left out. */
export function writeView(view: ViewState): string {
  const query = new URLSearchParams()
  if (view.q !== '') query.set('q', view.q)
  if (view.status !== null) query.set('status', view.status)
  if (view.experience !== null) query.set('experience', view.experience)
  if (view.mediaId !== null) query.set('title', view.mediaId)
  if (view.sort !== DEFAULT_VIEW.sort || view.descending !== DEFAULT_VIEW.descending)
    query.set('sort', `${view.descending ? '-' : ''}${view.sort}`)
  if (view.group) query.set('group', 'title')
  if (view.layout === 'cards') query.set('view', 'cards')
  if (view.viewer !== null) query.set('viewer', view.viewer)
  if (view.feed) query.set('feed', '1')
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}
