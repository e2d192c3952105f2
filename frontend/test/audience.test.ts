import { describe, expect, it } from 'vitest'
import { type AudienceRow, readBreakdown } from '../src/api/breakdown'
import { type Point, readTimeseries } from '../src/api/timeseries'
import { BREAKDOWN_COLUMNS, breakdownCsv, orderRows } from '../src/live/audience/breakdown-columns'
import { METRICS, type Metric, stepOf } from '../src/live/audience/choices'
import { impactOf, isFew } from '../src/live/audience/impact'
import { askSeries } from '../src/live/audience/questions'
import { breakdownQuery, narrowedTo, rowOf, rowQuery, scopeOf } from '../src/live/audience/scope'
import { curveOf, seriesCsv, spanOf } from '../src/live/audience/series'
import { startUp } from '../src/live/audience/words'
import { csvText } from '../src/live/csv'
import { dimensionWord, valueWord } from '../src/live/dimension-words'
import { STATUSES } from '../src/live/status'
import { DEFAULT_VIEW } from '../src/live/view-state'
import { NOW } from './sessions'

const NO_STATUS = Object.fromEntries(STATUSES.map((status) => [status, 0])) as AudienceRow['byStatus']

function row(value: string | null, said: Partial<AudienceRow> = {}): AudienceRow {
  return {
    value,
    label: null,
    watchingNow: 80,
    byStatus: NO_STATUS,
    live: 100,
    sessions: 100,
    attempts: 50,
    starts: 45,
    startUpP50: 1,
    startUpP95: 3,
    rebufferRatio: 0.01,
    exitsBeforeStart: 1,
    failed: 1,
    leftBuffering: 0,
    ...said,
  }
}

/** 1,000 sessions; one CDN of a tenth of them plays badly, and a handful worse still. */
const TOTAL = row(null, {
  sessions: 1000,
  attempts: 500,
  failed: 25,
  exitsBeforeStart: 25,
  rebufferRatio: 0.02,
  leftBuffering: 10,
})
const BAD = row('west', { failed: 14, exitsBeforeStart: 15, rebufferRatio: 0.12, leftBuffering: 9 })
const LARGE = row('north', {
  sessions: 890,
  attempts: 445,
  failed: 10,
  exitsBeforeStart: 9,
  watchingNow: 700,
})
const FEW = row('tiny', {
  live: 5,
  watchingNow: 5,
  sessions: 5,
  attempts: 5,
  failed: 1,
  exitsBeforeStart: 1,
  rebufferRatio: 0.5,
  leftBuffering: 1,
})
const BREAKDOWN = {
  asOf: NOW,
  by: 'cdn',
  windowMinutes: 5,
  partial: false,
  total: TOTAL,
  rows: [LARGE, FEW, BAD],
}

describe('how much a row hurts', () => {
  it('is what went wrong beyond what goes wrong on the whole', () => {
    expect(impactOf(TOTAL, TOTAL)).toBeCloseTo(0)
    // failed 14 - 2.5, exits 15 - 2.5, left buffering 9 - 1, waiting 12 - 2
    expect(impactOf(BAD, TOTAL)).toBeCloseTo(11.5 + 12.5 + 8 + 10)
    expect(impactOf(LARGE, TOTAL)).toBeLessThan(0)
  })
  it('puts the bad CDN before the large one and before a handful that has it worse', () =>
    expect(orderRows(BREAKDOWN, 'impact', false).map((each) => each.value)).toEqual([
      'west',
      'tiny',
      'north',
    ]))
  it('is unknown where nothing is counted', () => {
    const status = row('READY', { sessions: null, attempts: null, rebufferRatio: null, failed: null })
    expect(impactOf(status, TOTAL)).toBeNull()
  })
  it('greys rows of fewer than 20 sessions', () => {
    expect([BAD, LARGE, FEW].map(isFew)).toEqual([false, false, true])
    expect(isFew(row('x', { sessions: null, live: 20 }))).toBe(false)
  })
})

describe('the order of a breakdown', () => {
  it.each([
    ['watching', false, ['north', 'west', 'tiny']],
    ['watching', true, ['tiny', 'west', 'north']],
    ['rebuffering', false, ['tiny', 'west', 'north']],
    ['failed', false, ['west', 'tiny', 'north']],
    ['no such column', false, ['west', 'north', 'tiny']],
  ])('by %s, ascending %s, is %j', (rank, ascending, expected) =>
    expect(orderRows(BREAKDOWN, rank, ascending).map((each) => each.value)).toEqual(expected),
  )
  it('has what isn’t known last, whichever way', () => {
    const rows = [row('a', { startUpP95: null }), row('b', { startUpP95: 2 }), row('c', { startUpP95: 4 })]
    const values = (ascending: boolean) =>
      orderRows({ ...BREAKDOWN, rows }, 'start_up', ascending).map((each) => each.value)
    expect(values(true)).toEqual(['b', 'c', 'a'])
    expect(values(false)).toEqual(['c', 'b', 'a'])
  })
  it('tells a count beside each ratio', () => {
    const figures = Object.fromEntries(BREAKDOWN_COLUMNS.map(({ id, figure }) => [id, figure(BAD, TOTAL)]))
    expect(figures.failed).toEqual({ text: '28 %', beside: '14 of 50' })
    expect(figures.exits).toEqual({ text: '30 %', beside: '15 of 50' })
    expect(figures.rebuffering).toEqual({ text: '12 %', beside: '100 sessions' })
    expect(figures.watching).toEqual({ text: '80', beside: '100 live' })
  })
})

describe('reading a breakdown', () => {
  it('keeps unknown apart from 0, and leaves out what is no row', () => {
    const read = readBreakdown({
      as_of: '2026-11-24T12:00:00.000Z',
      by: 'cdn',
      window_minutes: 5,
      partial: true,
      total: { value: null, watching_now: 3, by_status: { READY: 2, WATCHING_AD: 3 } },
      rows: [{ value: 'west', starts: 0, start_up_p95_s: 'slow' }, { value: null }, 7],
    })
    expect(read).toMatchObject({ asOf: NOW, by: 'cdn', partial: true })
    expect(read?.total).toMatchObject({ watchingNow: 3, live: 5, sessions: null })
    expect(read?.rows).toHaveLength(1)
    expect(read?.rows[0]).toMatchObject({ value: 'west', starts: 0, startUpP95: null })
    expect(readBreakdown({ as_of: '2026-11-24T12:00:00.000Z', by: 'cdn' })).toBeNull()
    expect(readBreakdown(null)).toBeNull()
  })
})

function point(at: number, watching: number | null): Point {
  const none = Object.fromEntries(METRICS.map((metric) => [metric, null])) as Record<Metric, number | null>
  return { at, values: { ...none, watching } }
}

describe('a series over time', () => {
  const span = { from: NOW - 240_000, to: NOW, step: 60_000 }

  it('ends with the last whole minute or hour', () => {
    expect(spanOf('hour', '1m', NOW + 59_000)).toEqual({ from: NOW - 3_600_000, to: NOW, step: 60_000 })
    const month = spanOf('month', '1h', NOW + 59 * 60_000)
    expect(month).toEqual({ from: NOW - 30 * 86_400_000, to: NOW, step: 3_600_000 })
  })
  it('never has more points than the API gives', () => {
    for (const range of ['hour', 'day', 'month'] as const)
      for (const compare of [null, 'hour', 'day', 'week'] as const) {
        const { from, to, step } = spanOf(range, stepOf(range, compare), NOW)
        expect((to - from) / step).toBeLessThanOrEqual(2880)
      }
  })
  it('has a gap where there is no figure: unknown, or no point at all', () => {
    const points = [point(NOW - 240_000, 5), point(NOW - 120_000, null), point(NOW - 60_000, 0)]
    expect(curveOf(span, 'watching', points, null)).toEqual({
      times: [NOW - 240_000, NOW - 180_000, NOW - 120_000, NOW - 60_000],
      values: [5, null, null, 0],
      before: null,
    })
  })
  it('lays the time before over the same places', () => {
    const before = { points: [point(NOW - 86_400_000 - 60_000, 9)], comparison: 'day' } as const
    expect(curveOf(span, 'watching', [], before).before).toEqual([null, null, null, 9])
  })
  it('is asked for in UTC, of a day before too', () => {
    const scope = { mediaId: null, by: 'cdn', value: 'west' }
    expect(askSeries(scope, 'hour', 'day', 'day').query(NOW + 5000)).toEqual({
      from: '2026-11-23T11:00:00.000Z',
      to: '2026-11-23T12:00:00.000Z',
      step: '1m',
      media_id: null,
      by: 'cdn',
      value: 'west',
    })
    expect(askSeries(scope, 'day', 'week').query(NOW).step).toBe('1h')
  })
  it('is read with its peak, and not at all where it makes no sense', () => {
    const read = readTimeseries({
      points: [{ at: '2026-11-24T12:00:00.000Z', watching: 4, failed: 'many' }, { at: 'soon' }],
      peak: { at: '2026-11-24T12:00:00.000Z', value: 4 },
      average_audience: 3.5,
    })
    expect(read?.points).toHaveLength(1)
    expect(read?.points[0]?.values).toMatchObject({ watching: 4, failed: null, starts: null })
    expect(read).toMatchObject({ peak: { at: NOW, value: 4 }, averageAudience: 3.5 })
    expect(readTimeseries({ points: [], peak: null })).toMatchObject({ points: [], peak: null })
    expect(readTimeseries({})).toBeNull()
  })
})

describe('whom the figures are about', () => {
  const everyone = { mediaId: null, dimensions: {} }

  it('is everyone, a title, a value, or both', () => {
    expect(scopeOf(everyone)).toEqual({ mediaId: null, by: null, value: null })
    expect(scopeOf({ mediaId: 't', dimensions: { cdn: 'west', os: 'iOS' } })).toEqual({
      mediaId: 't',
      by: 'cdn',
      value: 'west',
    })
  })
  it('has its own row: the total, or the one of its value', () => {
    expect(rowOf(scopeOf(everyone), BREAKDOWN)).toBe(TOTAL)
    expect(rowOf(scopeOf({ ...everyone, dimensions: { cdn: 'west' } }), BREAKDOWN)).toBe(BAD)
    expect(rowOf(scopeOf({ ...everyone, dimensions: { cdn: 'south' } }), BREAKDOWN)).toBeNull()
    expect(rowQuery({ mediaId: 't', by: null, value: null }, 5)).toMatchObject({
      by: 'status',
      media_id: 't',
    })
  })
  it('is of all titles in a breakdown by title', () =>
    expect(breakdownQuery('title', 't', 60)).toEqual({
      by: 'title',
      media_id: null,
      window: '60m',
      limit: '200',
    }))
  it('is narrowed by a click, and let go by another', () => {
    const narrowed = narrowedTo('cdn', BAD, DEFAULT_VIEW, true)
    expect(narrowed).toEqual({ dimensions: { cdn: 'west' } })
    expect(narrowedTo('cdn', BAD, { ...DEFAULT_VIEW, ...narrowed }, true)).toEqual({ dimensions: {} })
    expect(narrowedTo('title', row('t'), DEFAULT_VIEW, false)).toEqual({ mediaId: 't', dimensions: {} })
    expect(narrowedTo('title', row('t'), { ...DEFAULT_VIEW, mediaId: 't' }, false)?.mediaId).toBeNull()
  })
  it('isn’t narrowed to what no filter takes', () => {
    expect(narrowedTo('status', row('READY'), DEFAULT_VIEW, false)).toBeNull()
    expect(narrowedTo('title', row('other'), DEFAULT_VIEW, false)).toBeNull()
    expect(narrowedTo('title', row('unknown'), DEFAULT_VIEW, false)).toBeNull()
    expect(narrowedTo('app', row('other'), DEFAULT_VIEW, false)).toBeNull()
    expect(narrowedTo('os', row('other'), DEFAULT_VIEW, true)).toEqual({ dimensions: { os: 'other' } })
  })
})

describe('what is exported', () => {
  it('is quoted where it must be, and never a formula', () =>
    expect(csvText([['a,b', 'say "so"', '=1+1', '-2', '@x', 'two\nlines', null, -0.5, 'Ünï']])).toBe(
      `"a,b","say ""so""",'=1+1,'-2,'@x,"two\nlines",,-0.5,Ünï\r\n`,
    ))
  it('quotes a formula that holds a comma', () => expect(csvText([['=A1,B1']])).toBe(`"'=A1,B1"\r\n`))
  it('has the rows of a breakdown in their order, the total last, times in UTC', () => {
    const [head, first, ...rest] = breakdownCsv(BREAKDOWN, orderRows(BREAKDOWN, 'impact', false))
    expect(head?.slice(0, 4)).toEqual(['cdn', 'label', 'watching_now', 'live'])
    expect(first?.slice(0, 4)).toEqual(['west', null, 80, 100])
    expect(first?.at(-1)).toBe('2026-11-24T12:00:00.000Z')
    expect(first).toHaveLength(head?.length ?? 0)
    expect(rest.map((cells) => cells[0])).toEqual(['tiny', 'north', 'total'])
  })
  it('has every metric of a series, and the one before beside it', () => {
    const series = { points: [point(NOW, 4)], peak: null, averageAudience: null }
    const before = { ...series, points: [point(NOW - 3_600_000, 3)] }
    const [head, cells] = seriesCsv(series, before, 'hour')
    expect(head?.[0]).toBe('at_utc')
    expect(cells?.[0]).toBe('2026-11-24T12:00:00.000Z')
    expect(cells?.[head?.indexOf('watching') ?? 0]).toBe(4)
    expect(cells?.[head?.indexOf('watching_hour_before') ?? 0]).toBe(3)
    expect(seriesCsv(series, null, null)[0]).toEqual(['at_utc', ...METRICS])
  })
})

describe('words', () => {
  it('name dimensions and values as people do', () => {
    expect(['country', 'os', 'cdn', 'app_version'].map(dimensionWord)).toEqual([
      'Country',
      'OS',
      'CDN',
      'App version',
    ])
    expect(valueWord('country', 'DE')).toBe('Germany')
    expect(valueWord('status', 'WATCHING_AD')).toBe('In an ad')
    expect(valueWord('cdn', 'unknown')).toBe('Unknown')
    expect(valueWord('title', 't1', 'Night train')).toBe('Night train')
    expect(valueWord('app', 'a\u200bb')).toBe('a⟨U+200B⟩b')
  })
  it('say that 15 s is where the service stops telling', () => {
    expect(startUp(1.23)).toBe('1.2 s')
    expect(startUp(15)).toBe('≥ 15 s')
  })
})
