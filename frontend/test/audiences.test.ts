import { describe, expect, it } from 'vitest'
import type { ApiClient } from '../src/api/client'
import { Audiences } from '../src/live/data/audiences'

/** An API whose answers come when the test says so. */
function api() {
  const asked: { mediaId: string | null; answer: (watching: number, changed?: boolean) => void }[] = []
  const get = (_: string, query: { media_id?: string }) =>
    new Promise((resolve) => {
      asked.push({
        mediaId: query.media_id ?? null,
        answer: (watching, changed = true) =>
          resolve({
            changed,
            body: { watching_now: watching, by_status: { WATCHING_VIDEO: watching, READY: 2 } },
          }),
      })
    })
  return { asked, client: { get } as unknown as ApiClient }
}

describe('the counts of the service', () => {
  const stop = new AbortController().signal

  it('are those of everyone, and how many live sessions there are', async () => {
    const { asked, client } = api()
    const audiences = new Audiences(client)
    expect(audiences.live).toBe(0)
    const reading = audiences.readEveryone(stop)
    asked[0]?.answer(5)
    await reading
    expect(audiences.everyone.value?.watchingNow).toBe(5)
    expect(audiences.live).toBe(7)
  })

  it('stay the same object while nothing has changed, so that nothing is drawn again', async () => {
    const { asked, client } = api()
    const audiences = new Audiences(client)
    for (const changed of [true, false]) {
      const reading = audiences.readEveryone(stop)
      asked.at(-1)?.answer(5, changed)
      await reading
    }
    const before = audiences.everyone.value
    const reading = audiences.readEveryone(stop)
    asked.at(-1)?.answer(5, false)
    await reading
    expect(audiences.everyone.value).toBe(before)
  })

  it('of a title are asked for only where the view is narrowed to one, and forgotten with it', async () => {
    const { asked, client } = api()
    const audiences = new Audiences(client)
    await audiences.readTitle(stop)
    expect(asked).toEqual([])
    audiences.narrowTo('sintel')
    const reading = audiences.readTitle(stop)
    asked[0]?.answer(3)
    await reading
    expect(audiences.ofTitle.value?.watchingNow).toBe(3)
    audiences.narrowTo('sintel')
    expect(audiences.ofTitle.value?.watchingNow).toBe(3)
    audiences.narrowTo(null)
    expect(audiences.ofTitle.value).toBeNull()
  })

  it('of another title that come late are not taken for this one’s', async () => {
    const { asked, client } = api()
    const audiences = new Audiences(client)
    audiences.narrowTo('sintel')
    const late = audiences.readTitle(stop)
    audiences.narrowTo('caminandes')
    asked[0]?.answer(3)
    await late
    expect(audiences.ofTitle.value).toBeNull()
  })
})
