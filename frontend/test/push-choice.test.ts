import { describe, expect, it } from 'vitest'
import { choosePush, sameScope } from '../src/live/data/push-choice'

const EVERYONE = { scope: 'overview' } as const
const LIST = { mediaId: null, feed: false }
const TITLE = { scope: 'title', media_id: 'Harbour lights' } as const

describe('what is pushed', () => {
  it('is nothing before the service has said how many are live', () =>
    expect(choosePush(LIST, null, null)).toBeNull())
  it.each([
    [400, null, EVERYONE],
    [401, null, null],
    [500, EVERYONE, EVERYONE],
    [501, EVERYONE, null],
    [450, TITLE, null],
  ])('with %i live, after %j, is %j', (live, before, scope) =>
    expect(choosePush(LIST, live, before)).toEqual(scope),
  )
  it('is the chosen title, however many are live', () =>
    expect(choosePush({ mediaId: 'Harbour lights', feed: false }, 1e6, EVERYONE)).toEqual(TITLE))
  it('is everyone while the changes are open, whatever else is chosen', () =>
    expect(choosePush({ mediaId: 'Harbour lights', feed: true }, 1e6, null)).toEqual(EVERYONE))
  it('is the same only with the same title', () => {
    expect(sameScope(TITLE, { ...TITLE })).toBe(true)
    expect(sameScope(TITLE, { ...TITLE, media_id: 'x' })).toBe(false)
    expect(sameScope(null, EVERYONE)).toBe(false)
  })
})
