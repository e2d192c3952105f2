import { describe, expect, it } from 'vitest'
import { LiveStore } from '../src/live/data/live-store'
import { countWords, figuresOf, listCount } from '../src/live/figures'
import { columnsFor, orderOf, orders } from '../src/live/list/columns'
import { valuesOf } from '../src/live/list/dimension-values'
import { selectRows } from '../src/live/list/select-rows'
import { DEFAULT_VIEW, readView, type ViewState } from '../src/live/view-state'
import { NOW, session } from './sessions'

function store(): LiveStore {
  const made = new LiveStore()
  const of = (viewerId: string, dimensions: Record<string, string | null>) =>
    session({ viewerId, sessionId: viewerId, dimensions })
  made.apply(
    [
      of('ada', { cdn: 'west', country: 'DE' }),
      of('ben', { cdn: 'north', country: null }),
      of('cy', { cdn: 'west', country: 'FR' }),
      of('dot', {}),
    ],
    NOW,
  )
  return made
}

function ids(view: Partial<ViewState>): string[] {
  return selectRows(store().rows(), { ...DEFAULT_VIEW, sort: 'viewer', descending: false, ...view }, NOW).map(
    (row) => row.viewerId,
  )
}

describe('filters by dimension', () => {
  it('take who has the value, of each dimension', () => {
    expect(ids({ dimensions: { cdn: 'west' } })).toEqual(['ada', 'cy'])
    expect(ids({ dimensions: { cdn: 'west', country: 'FR' } })).toEqual(['cy'])
    expect(ids({ dimensions: { cdn: 'south' } })).toEqual([])
  })
  it('take those of whom it isn’t known as unknown, as the API does', () =>
    expect(ids({ dimensions: { country: 'unknown' } })).toEqual(['ben', 'dot']))
  it('offer the values that there are, the most frequent first, and the chosen one', () => {
    expect(valuesOf(store().rows(), 'cdn', null)).toEqual([
      { value: 'west', viewers: 2 },
      { value: 'north', viewers: 1 },
      { value: 'unknown', viewers: 1 },
    ])
    expect(valuesOf(store().rows(), 'cdn', 'east').at(-1)).toEqual({ value: 'east', viewers: 0 })
  })
  it('are counted as filters', () => {
    const rows = [...store().rows()]
    const figures = figuresOf({
      rows,
      whole: true,
      everyone: null,
      ofTitle: null,
      mediaId: null,
      loaded: true,
    })
    const view = { ...DEFAULT_VIEW, dimensions: { cdn: 'west' } }
    expect(countWords(listCount(rows.slice(0, 2), 4, figures, view, NOW, false))).toBe('2 of 4 live')
  })
})

describe('columns of dimensions', () => {
  const names = (width: number, dimensions: string[]) => columnsFor(width, dimensions).map(({ id }) => id)

  it('come in the order chosen, before what can be left out', () => {
    const plain = names(95, [])
    const ids = names(95, ['cdn', 'country'])
    expect(ids.slice(4, 6)).toEqual(['d.cdn', 'd.country'])
    expect(ids).not.toContain('bitrate')
    expect(plain).toContain('bitrate')
  })
  it('are as many as fit, and none in a narrow list', () => {
    expect(names(58, ['cdn'])).not.toContain('d.cdn')
    expect(names(68, ['cdn', 'country'])).toContain('d.cdn')
    expect(names(68, ['cdn', 'country'])).not.toContain('d.country')
  })
  it('order the rows, those of whom it isn’t known last', () => {
    expect(ids({ sort: 'd.country' })).toEqual(['ada', 'cy', 'ben', 'dot'])
    expect(readView('?sort=-d.country')).toMatchObject({ sort: 'd.country', descending: true })
    expect(orderOf('nonsense')).toBeUndefined()
    expect(orders(['cdn']).at(-1)).toMatchObject({ id: 'd.cdn', name: 'CDN' })
  })
})
