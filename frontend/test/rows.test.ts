import { describe, expect, it } from 'vitest'
import { LiveStore } from '../src/live/live-store'
import { playheadAt, progressAt } from '../src/live/playhead'
import { listEntries, selectRows } from '../src/live/select-rows'
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
  it('are sorted both ways', () => {
    expect(ids({ sort: 'viewer', descending: false })).toEqual(['<img onerror=alert(1)>', 'ada', 'Ben', 'cy'])
    expect(ids({ sort: 'progress', descending: true })[0]).toBe('Ben')
  })
  it('are grouped by title, the most watched first', () => {
    const entries = listEntries(selectRows(storeOf().rows(), DEFAULT_VIEW, NOW), true)
    const headings = entries.flatMap((entry) =>
      entry.kind === 'title' ? [`${entry.title} ${entry.viewers}`] : [],
    )
    expect(headings).toEqual(['Harbour lights 2', 'Night train 1', 'No title 1'])
    expect(entries).toHaveLength(4 + 3)
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
      q: 'a & b=1',
      status: 'WATCHING_AD',
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
  })
})
