import { describe, expect, it } from 'vitest'
import { LiveStore } from '../src/live/data/live-store'
import { ListLines } from '../src/live/list/list-lines'
import { groupByTitle, selectRows } from '../src/live/list/select-rows'
import { playheadAt, progressAt } from '../src/live/playhead'
import { DEFAULT_VIEW, readView, type ViewState, writeView } from '../src/live/view-state'
import { NOW, session } from './sessions'

function storeOf(): LiveStore {
  const store = new LiveStore()
  store.apply(
    [
      session({ viewerId: 'ada', sessionId: '1', firstSeen: NOW - 1000, position: 10 }),
      session({
        viewerId: 'Ben',
        sessionId: '2',
        firstSeen: NOW - 3000,
        status: 'PAUSED_VIDEO',
        position: 80,
      }),
      session({
        viewerId: 'cy',
        sessionId: '3',
        firstSeen: NOW - 2000,
        mediaId: 'Night train',
        title: 'Night train',
      }),
      session({
        viewerId: '<img onerror=alert(1)>',
        sessionId: '4',
        firstSeen: NOW - 4000,
        mediaId: null,
        title: null,
      }),
    ],
    NOW,
  )
  return store
}

function ids(view: Partial<ViewState>): string[] {
  return selectRows(storeOf().rows(), { ...DEFAULT_VIEW, ...view }, NOW).map((row) => row.viewerId)
}

describe('the rows of a view', () => {
  it('come newest first by default', () => {
    expect(ids({})).toEqual(['ada', 'cy', 'Ben', '<img onerror=alert(1)>'])
  })
  it('are found by a part of the viewer id or the title, in any case', () => {
    expect(ids({ q: 'be' })).toEqual(['Ben'])
    expect(ids({ q: 'NIGHT' })).toEqual(['cy'])
    expect(ids({ q: '<img' })).toEqual(['<img onerror=alert(1)>'])
  })
  it('are filtered by status and title', () => {
    expect(ids({ status: 'PAUSED_VIDEO' })).toEqual(['Ben'])
    expect(ids({ mediaId: 'Night train' })).toEqual(['cy'])
  })
  it('are filtered by experience, which nobody has before a minute is played', () => {
    const store = new LiveStore()
    const played = (viewerId: string, timePlayed: number, rebufferRatio: number) =>
      session({ viewerId, rebufferRatio, counters: { ...session().counters, timePlayed } })
    store.apply([played('new', 59, 0.5), played('bad', 60, 0.05), played('fair', 60, 0.02)], NOW)
    const shown = (view: Partial<ViewState>) =>
      selectRows(store.rows(), { ...DEFAULT_VIEW, ...view }, NOW).map((row) => row.viewerId)
    expect(shown({ experience: 'poor' })).toEqual(['bad'])
    expect(shown({ sort: 'experience', descending: true })).toEqual(['bad', 'fair', 'new'])
  })
  it('are found by the name that is shown for a made-up id', () => {
    const store = new LiveStore()
    store.apply([session({ viewerId: '8442ECBA-1111-4222-8333-444455556666' })], NOW)
    expect(selectRows(store.rows(), { ...DEFAULT_VIEW, q: 'anonymous, 8442' }, NOW)).toHaveLength(1)
  })
  it('are sorted both ways', () => {
    expect(ids({ sort: 'viewer', descending: false })).toEqual(['<img onerror=alert(1)>', 'ada', 'Ben', 'cy'])
    expect(ids({ sort: 'progress', descending: true })[0]).toBe('Ben')
  })
  it('are grouped by title, the most watched first', () => {
    const groups = groupByTitle(selectRows(storeOf().rows(), DEFAULT_VIEW, NOW))
    expect(groups.map((group) => [group.title, group.rows.length])).toEqual([
      ['Harbour lights', 2],
      ['Night train', 1],
      [null, 1],
    ])
  })
})

describe('the lines of the list', () => {
  const rows = selectRows(storeOf().rows(), DEFAULT_VIEW, NOW)
  const drawn = (lines: ListLines) =>
    Array.from({ length: lines.count }, (_, index) => {
      const line = lines.at(index)
      return line?.kind === 'title' ? `# ${line.title}` : line?.rows.map((row) => row.viewerId).join(' ')
    })

  it('are one viewer each, or as many cards as fit', () => {
    const all = [{ mediaId: null, title: null, rows }]
    expect(drawn(new ListLines(all, 1, false))).toEqual(['ada', 'cy', 'Ben', '<img onerror=alert(1)>'])
    expect(drawn(new ListLines(all, 3, false))).toEqual(['ada cy Ben', '<img onerror=alert(1)>'])
    expect(new ListLines(all, 3, false).at(2)).toBeNull()
  })
  it('begin anew under each heading', () => {
    const lines = new ListLines(groupByTitle(rows), 3, true)
    expect(drawn(lines)).toEqual([
      '# Harbour lights',
      'ada Ben',
      '# Night train',
      'cy',
      '# No title',
      '<img onerror=alert(1)>',
    ])
    expect(lines.headingLines).toEqual([0, 2, 4])
  })
})

describe('the playhead', () => {
  it('moves on with the clock and the speed while watching', () => {
    expect(playheadAt(session({ position: 60, playbackRate: 2 }), NOW + 10_000)).toBe(80)
  })
  it('stands still in every other status', () => {
    for (const status of ['PAUSED_VIDEO', 'WATCHING_AD', 'BUFFERING_VIDEO', 'COMPLETED_VIDEO'] as const)
      expect(playheadAt(session({ status }), NOW + 10_000)).toBe(60)
  })
  it('stops at the end of the video and at the end of the lease', () => {
    expect(playheadAt(session(), NOW + 60_000)).toBe(90)
    expect(playheadAt(session({ duration: 900, liveUntil: NOW + 5000 }), NOW + 60_000)).toBe(65)
  })
  it('is a share of the video only where its length is known', () => {
    expect(progressAt(session({ position: 45 }), NOW)).toBe(0.5)
    expect(progressAt(session({ duration: null }), NOW)).toBeNull()
  })
})

describe('the view in the address', () => {
  it('comes back as it was written', () => {
    const view: ViewState = {
      show: 'audience',
      dimensions: { cdn: 'west', q: 'a & b' },
      columns: ['cdn', 'country'],
      by: 'cdn',
      rank: 'failed',
      rankAscending: true,
      window: 15,
      metric: 'rebuffer_ratio',
      range: 'day',
      compare: 'week',
      adsBy: 'break',
      q: 'a & b=1',
      status: 'WATCHING_AD',
      experience: 'poor',
      mediaId: 'Harbour/lights?',
      sort: 'progress',
      descending: false,
      group: true,
      layout: 'cards',
      viewer: '<img onerror=alert(1)>',
      feed: true,
    }
    expect(readView(writeView(view))).toEqual(view)
    expect(readView(writeView({ ...view, descending: true })).descending).toBe(true)
  })
  it('is empty for the default view, and falls back to it', () => {
    expect(writeView(DEFAULT_VIEW)).toBe('')
    expect(readView('?status=NONSENSE&sort=nonsense&view=x')).toEqual(DEFAULT_VIEW)
    expect(readView('?show=x&metric=x&range=year&compare=x&window=7&by=&d.cdn=')).toEqual(DEFAULT_VIEW)
  })
  it('compares an hour with a week before in no address: minutes aren’t kept that long', () => {
    expect(readView('?range=hour&compare=week').compare).toBeNull()
    expect(readView('?range=day&compare=week').compare).toBe('week')
  })
})
