import { describe, expect, it } from 'vitest'
import { readAds } from '../src/api/ads'
import { adColumns, adCsv, adFigure, adName } from '../src/live/audience/ad-columns'
import { askAds, hoursOf } from '../src/live/audience/questions'
import { NOW } from './sessions'

const ROW = {
  ad_id: 'a1',
  name: '=Coffee',
  creative_id: 'c1',
  break_id: null,
  views: 44,
  reached_25: 40,
  reached_50: 35,
  reached_75: 30,
  completed: 28,
  clicks: 4,
  skips: 15,
  breaks: null,
  empty_breaks: null,
}
const ANSWER = {
  from: '2026-11-24T11:00:00.000Z',
  to: '2026-11-24T13:00:00.000Z',
  by: 'ad',
  partial: false,
  rows: [ROW, 7],
}

describe('ad views', () => {
  const report = readAds(ANSWER)
  const [row] = report?.rows ?? []
  if (report === null || row === undefined) throw new Error('not read')

  it('are read, rows that are none left out', () => {
    expect(report).toMatchObject({ from: NOW - 3_600_000, to: NOW + 3_600_000, by: 'ad', partial: false })
    expect(report.rows).toHaveLength(1)
    expect(row).toMatchObject({
      adId: 'a1',
      views: 44,
      reached25: 40,
      completed: 28,
      skips: 15,
      breaks: null,
    })
    expect(readAds({ rows: [] })).toBeNull()
  })
  it('tell the count first and its share beside it', () => {
    const figures = Object.fromEntries(adColumns('ad').map((column) => [column.id, adFigure(column, row)]))
    expect(figures.views).toEqual({ text: '44', beside: null })
    expect(figures.completed).toEqual({ text: '28', beside: '64 %' })
    expect(figures.clicks).toEqual({ text: '4', beside: '9.1 %' })
    const unseen = { ...row, views: 0, completed: 0 }
    expect(adColumns('ad').map((column) => adFigure(column, unseen).beside)).not.toContain('NaN %')
  })
  it('by break tell how many showed no ad', () => {
    const empty = adColumns('break').at(-1)
    const none = { ...row, views: 0, breaks: 8, emptyBreaks: 2 }
    expect(empty && adFigure(empty, none)).toEqual({ text: '2', beside: '25 %' })
    expect(adColumns('creative').map(({ id }) => id)).not.toContain('empty_breaks')
  })
  it('are called by their name, their id, or what they lack', () => {
    expect(adName('ad', row)).toEqual({ name: '=Coffee', id: 'a1' })
    expect(adName('creative', { ...row, name: null })).toEqual({ name: 'c1', id: null })
    expect(adName('break', row).name).toBe('Outside any break')
    expect(adName('creative', { ...row, creativeId: null }).name).toBe('No id told')
  })
  it('are exported with their hours in UTC', () => {
    const [head, cells] = adCsv(report)
    expect(cells?.[head?.indexOf('views') ?? 0]).toBe(44)
    expect(cells?.[head?.indexOf('from_utc') ?? 0]).toBe('2026-11-24T11:00:00.000Z')
    expect(adCsv({ ...report, by: 'break' })[0]).toContain('empty_breaks')
  })
  it('are asked for in the whole hours that hold the range', () => {
    expect(hoursOf('hour', NOW + 60_000)).toEqual({ from: NOW - 3_600_000, to: NOW + 3_600_000 })
    expect(askAds({ mediaId: 't', by: null, value: null }, 'break', 'hour').query(NOW + 60_000)).toEqual({
      from: '2026-11-24T11:00:00.000Z',
      to: '2026-11-24T13:00:00.000Z',
      by: 'break',
      media_id: 't',
    })
  })
})
