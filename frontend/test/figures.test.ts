import { describe, expect, it } from 'vitest'
import type { MediaSession } from '../src/api/media-session'
import { LiveStore } from '../src/live/data/live-store'
import { type Counted, countWords, figuresOf, listCount } from '../src/live/figures'
import { DEFAULT_VIEW } from '../src/live/view-state'
import { NOW, session } from './sessions'

const SERVICE: Counted = {
  watchingNow: 61,
  byStatus: {
    WATCHING_VIDEO: 58,
    WATCHING_AD: 1,
    BUFFERING_VIDEO: 2,
    PAUSED_VIDEO: 1,
    READY: 0,
    COMPLETED_VIDEO: 0,
    FAILED_VIDEO: 0,
  },
  topTitles: [
    { mediaId: 'Harbour lights', title: 'Harbour lights', watchingNow: 40 },
    { mediaId: 'Night train', title: 'Night train', watchingNow: 21 },
  ],
  minutes: [],
  partial: true,
}

function rowsOf(...sessions: MediaSession[]) {
  const store = new LiveStore()
  store.apply(sessions, NOW)
  return [...store.rows()]
}

const rows = rowsOf(
  session({ viewerId: 'a' }),
  session({ viewerId: 'b', status: 'BUFFERING_VIDEO', mediaId: 'Night train', title: 'Night train' }),
  session({ viewerId: 'b', sessionId: 's2', status: 'PAUSED_VIDEO' }),
  session({ viewerId: 'c', status: 'FAILED_VIDEO' }),
)
const base = { rows, whole: true, everyone: SERVICE, ofTitle: null, mediaId: null, loaded: true }

describe('the figures of one screen', () => {
  it('are all counted from the rows while the page holds them all', () => {
    const figures = figuresOf(base)
    expect(figures).toMatchObject({ unit: 'viewers', watchingNow: 2, liveNow: 4 })
    expect(figures.byStatus).toMatchObject({ WATCHING_VIDEO: 1, BUFFERING_VIDEO: 1, FAILED_VIDEO: 1 })
    expect(figures.topTitles?.reduce((sum, title) => sum + title.watchingNow, 0)).toBe(figures.watchingNow)
    expect(figures.titlesPartial).toBe(false)
    expect(figures.trouble).toEqual({ buffering: 1, bufferingShare: 0.5, poor: 0, poorOf: null, failed: 1 })
  })
  it('are all the service’s while it doesn’t', () => {
    const figures = figuresOf({ ...base, whole: false })
    expect(figures).toMatchObject({ unit: 'sessions', watchingNow: 61, liveNow: 62 })
    expect(figures.topTitles).toEqual(SERVICE.topTitles)
    expect(figures.titlesPartial).toBe(true)
    expect(figures.trouble?.bufferingShare).toBeCloseTo(2 / 61)
    expect(figures.trouble?.poorOf).toBe(3)
  })
  it('say the same of the chosen title in both places', () => {
    const ofTitle = { ...SERVICE, watchingNow: 39 }
    const figures = figuresOf({ ...base, whole: false, mediaId: 'Harbour lights', ofTitle })
    expect(figures.watchingNow).toBe(39)
    expect(figures.topTitles?.[0]?.watchingNow).toBe(39)
  })
  it('claim nothing before anything is read', () =>
    expect(figuresOf({ ...base, rows: [], whole: false, everyone: null, loaded: false })).toEqual({
      unit: 'sessions',
      watchingNow: null,
      byStatus: null,
      topTitles: null,
      titlesPartial: false,
      minutes: null,
      liveNow: null,
      trouble: null,
    }))
})

describe('how many the list shows', () => {
  const whole = figuresOf(base)
  const part = figuresOf({ ...base, whole: false })
  const words = (figures: typeof whole, shown: typeof rows, view = {}, now = NOW) =>
    countWords(listCount(shown, rows.length, figures, { ...DEFAULT_VIEW, ...view }, now, false))

  it('is all, or some of them by a filter', () => {
    expect(words(whole, rows)).toBe('3 live')
    expect(words(whole, rows.slice(0, 1), { status: 'WATCHING_VIDEO' })).toBe('1 of 3 live')
  })
  it('is what is loaded, of what there is, while the page doesn’t hold them all', () => {
    expect(words(part, rows)).toBe('3 loaded of 62')
    expect(words(part, rows.slice(1, 2), { status: 'BUFFERING_VIDEO' })).toBe('1 loaded of 2')
    expect(words(part, rows.slice(0, 1), { q: 'a' })).toBe('1 live')
  })
  it('says that the service left some out', () => {
    expect(countWords(listCount(rows, 3, whole, DEFAULT_VIEW, NOW, true))).toBe('3 live (partial)')
    expect(countWords(listCount(rows, 3, part, DEFAULT_VIEW, NOW, true))).toBe('3 loaded of 62 (partial)')
  })
  it('leaves out those who fell silent, and says so', () =>
    expect(words(whole, rows, {}, NOW + 61_000)).toBe('0 live, 3 silent'))
})
