import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ApiClient } from '../src/api/client'
import type { MediaSession } from '../src/api/media-session'
import { REWALK_MS, RowWalk } from '../src/live/data/row-walk'

const NO_FILTERS = { mediaId: null, status: null, dimensions: {}, q: '' }

function json(id: string): object {
  return {
    viewer_id: id,
    media_session_id: `s-${id}`,
    version: 1,
    status: 'READY',
    last_seen: '2026-11-24T12:00:00Z',
  }
}

/** An API that answers with one viewer a page, of so many pages. */
function api(pages: number) {
  const asked: { path: string; query: Record<string, string | null> }[] = []
  const get = async (path: string, query: Record<string, string | null>) => {
    asked.push({ path, query })
    const page = Number(query.cursor ?? 0)
    const next = query.q === undefined && page + 1 < pages ? String(page + 1) : null
    return { changed: true, body: { sessions: [json(query.q ?? `v${page}`)], next_cursor: next } }
  }
  const ask = async (path: string, question: { viewer_ids: string[] }) => {
    asked.push({ path, query: { ids: question.viewer_ids.join(' ') } })
    const viewers = [{ viewer_id: 'v1', status: 'READY', sessions: [json('v1')] }]
    return { changed: true, body: { viewers, missing: ['gone'] } }
  }
  return { asked, client: { get, ask } as unknown as ApiClient }
}

describe('walking the rows', () => {
  const stop = new AbortController().signal
  const taken: string[] = []
  const missing: string[] = []
  let held = 0
  const sink = {
    take: (sessions: MediaSession[]) => {
      taken.push(...sessions.map((session) => session.viewerId))
      held += sessions.length
    },
    missing: (viewerId: string) => missing.push(viewerId),
    held: () => held,
  }

  beforeEach(() => {
    vi.useFakeTimers()
    taken.length = missing.length = held = 0
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('reads one page again with every poll', async () => {
    const { client, asked } = api(1)
    const walk = new RowWalk(client, sink)
    await walk.read(NO_FILTERS, 1, stop)
    await walk.read(NO_FILTERS, 1, stop)
    expect(asked.map(({ query }) => query.cursor)).toEqual([null, null])
    expect([walk.loaded.value, walk.complete.value, walk.manyPages]).toEqual([true, true, false])
  })

  it('reads 25 pages of a first walk at once, then 5 with each poll, and rests 30 s when it is through', async () => {
    const { client, asked } = api(33)
    const walk = new RowWalk(client, sink)
    const pages = async () => {
      asked.length = 0
      await walk.read(NO_FILTERS, 33, stop)
      return asked.length
    }
    expect(await pages()).toBe(25)
    expect(walk.complete.value).toBe(false)
    expect(await pages()).toBe(8)
    expect([walk.complete.value, walk.manyPages]).toEqual([true, true])
    expect(taken).toEqual(Array.from({ length: 33 }, (_, page) => `v${page}`))
    expect(await pages()).toBe(0)
    vi.advanceTimersByTime(REWALK_MS)
    expect(await pages()).toBe(5)
  })

  it('stops at the most that the page holds, and is then not complete', async () => {
    const { client, asked } = api(5)
    held = 9_998
    const walk = new RowWalk(client, sink)
    await walk.read(NO_FILTERS, 20_000, stop)
    expect(asked).toHaveLength(2)
    expect(walk.complete.value).toBe(false)
  })

  it('has the server filter only what the page can’t hold, or one title', async () => {
    const { client, asked } = api(1)
    const walk = new RowWalk(client, sink)
    const queryOf = async (filters: object, live: number) => {
      walk.restart()
      await walk.read({ ...NO_FILTERS, ...filters }, live, stop)
      return asked.at(-1)?.query
    }
    expect(await queryOf({ status: 'READY' }, 10_000)).toMatchObject({ status: null, media_id: null })
    expect(walk.complete.value).toBe(true)
    expect(await queryOf({ status: 'READY' }, 10_001)).toMatchObject({ status: 'READY' })
    expect(walk.complete.value).toBe(false)
    expect(await queryOf({ status: 'READY', mediaId: 'm' }, 5)).toMatchObject({
      status: 'READY',
      media_id: 'm',
    })
  })

  it('throws away a page that comes after the filters have changed', async () => {
    const { client } = api(3)
    const walk = new RowWalk(client, sink)
    const late = walk.read(NO_FILTERS, 3, stop)
    walk.restart()
    await late
    expect(taken).toEqual([])
  })

  it('tells that the service left sessions out, until a walk is through in which it doesn’t', async () => {
    const partials = [false, true, false, false]
    const get = async () => {
      const partial = partials.shift()
      return {
        changed: true,
        body: { sessions: [], partial, next_cursor: partials.length % 2 === 0 ? null : '1' },
      }
    }
    const walk = new RowWalk({ get } as unknown as ApiClient, sink)
    await walk.read(NO_FILTERS, 1, stop)
    expect(walk.partial.value).toBe(true)
    walk.restart()
    await walk.read(NO_FILTERS, 1, stop)
    expect(walk.partial.value).toBe(false)
  })

  it('has the server search as well', async () => {
    const { client } = api(1)
    await new RowWalk(client, sink).read({ ...NO_FILTERS, q: ' ada ' }, 1, stop)
    expect(taken).toEqual(['v0', 'ada'])
  })

  it('reads those on screen by their keys, and tells of those who are gone', async () => {
    const { client, asked } = api(1)
    await new RowWalk(client, sink).readViewers(
      Array.from({ length: 120 }, (_, n) => `v${n}`),
      stop,
    )
    expect(asked[0]?.query.ids?.split(' ')).toHaveLength(100)
    expect(taken).toEqual(['v1'])
    expect(missing).toEqual(['gone'])
  })
})
