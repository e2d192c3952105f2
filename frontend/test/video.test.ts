import { describe, expect, it } from 'vitest'
import { AdBreak } from '../src/video/ad-break'
import { breakReached, catalogue } from '../src/video/catalogue'
import { readPayload } from '../src/video/sent-events'
import { addressFor, readSettings } from '../src/video/settings'

describe('an ad break', () => {
  const kinds = (steps: { kind: string }[]) => steps.map((step) => step.kind)

  it('plays two ads with their quartiles, one after the other', () => {
    const adBreak = new AdBreak(2)
    const steps = [...adBreak.begin()]
    for (let tick = 0; tick < 100 && !adBreak.ended; tick += 1) steps.push(...adBreak.advance(0.1))
    const one = ['ad_start', 'quartile', 'quartile', 'quartile', 'ad_complete']
    expect(kinds(steps)).toEqual([...one, ...one, 'break_end'])
  })
  it('goes on to the next ad after a skip, and ends after the last', () => {
    const adBreak = new AdBreak(2)
    adBreak.begin()
    adBreak.advance(1)
    expect(adBreak.skip()).toEqual([
      { kind: 'ad_skip', percent: 25 },
      { kind: 'ad_start', ad: 1 },
    ])
    expect(kinds(adBreak.skip())).toEqual(['ad_skip', 'break_end'])
    expect(adBreak.skip()).toEqual([])
  })
  it('stands still while paused', () => {
    const adBreak = new AdBreak(1)
    adBreak.paused = true
    expect(adBreak.advance(10)).toEqual([])
    expect(adBreak.remaining).toBe(4)
  })
})

describe('where ad breaks fall', () => {
  it('is every 30 s, once each, and not at the very end', () => {
    expect(breakReached(29.9, 90, new Set())).toBeNull()
    expect(breakReached(30.1, 90, new Set())).toBe(30)
    expect(breakReached(30.1, 90, new Set([30]))).toBeNull()
    expect(breakReached(75, 90, new Set([30]))).toBe(60)
    expect(breakReached(89.9, 90, new Set([30, 60]))).toBeNull()
    expect(breakReached(60, 60, new Set([30]))).toBeNull()
  })
})

describe('the catalogue', () => {
  it('has titles with chapters in order', () => {
    expect(new Set(catalogue.map((title) => title.label)).size).toBe(catalogue.length)
    for (const { chapters } of catalogue)
      expect(chapters.map((each) => each.start)).toEqual([...chapters.keys()].map((n) => n * 15))
  })
})

describe('reading what the tracker sends', () => {
  const event = {
    schema: 'iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0',
    data: { schema: 'iglu:com.snowplowanalytics.snowplow.media/play_event/jsonschema/1-0-0', data: {} },
  }
  const contexts = {
    schema: 'iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0',
    data: [
      {
        schema: 'iglu:com.snowplowanalytics.snowplow/media_player/jsonschema/2-0-0',
        data: { currentTime: 12.5, label: 'Ünïcode' },
      },
    ],
  }
  const base64 = (value: unknown) =>
    btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(value))))
      .replace(/\+/g, '-')
      .replace(/\//g, '_')

  it('reads plain and base64url payloads alike', () => {
    const plain = readPayload({
      e: 'ue',
      eid: '1',
      dtm: '5',
      ue_pr: JSON.stringify(event),
      co: JSON.stringify(contexts),
    })
    const encoded = readPayload({ e: 'ue', eid: '1', dtm: '5', ue_px: base64(event), cx: base64(contexts) })
    expect(plain).toMatchObject({ name: 'play_event', at: 5, position: 12.5, state: 'queued' })
    expect(encoded).toEqual(plain)
  })
  it('passes over page views', () => expect(readPayload({ e: 'pv', eid: '1' })).toBeNull())
})

describe('the settings of the video page', () => {
  it('come from the address, else from the configuration', () => {
    expect(readSettings('?user=ada&collector=http://c&ping=5', 'http://other', 'old')).toMatchObject({
      user: 'ada',
      collector: 'http://c',
      ping: 5,
      anonymous: false,
      cdn: null,
    })
    expect(readSettings('?cdn=west', null, null).cdn).toBe('west')
    expect(readSettings('', 'http://c', 'old')).toMatchObject({
      user: 'old',
      collector: 'http://c',
      ping: 10,
    })
    expect(readSettings('?ping=0', null, null).user).toMatch(/^[a-z]+-[a-z]+-\d{3}$/)
  })
  it('go back into the address', () => {
    const settings = readSettings(
      '?user=a%26b&collector=http://c&ping=5&anonymous=1&title=train&cdn=west',
      null,
      null,
    )
    expect(readSettings(new URL(addressFor(settings, 'http://x/video.html')).search, null, null)).toEqual(
      settings,
    )
  })
})
