import { describe, expect, it } from 'vitest'
import { selectRows } from '../src/live/list/select-rows'
import { DEFAULT_VIEW } from '../src/live/view-state'
import { viewerName } from '../src/live/viewer-names'
import { isFound, shownId, shownText, shownWithin } from '../src/outside-text'
import { NOW, session } from './sessions'

/** Every code point that is drawn as nothing, by the Unicode tables of the engine: not those that the code names. */
const INVISIBLE = Array.from({ length: 0x110000 }, (_, code) => code)
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code))
  .filter((character) =>
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]/u.test(character),
  )

describe('an id as it is shown', () => {
  it('is the id itself where all of it is seen', () => {
    for (const id of ['ada', 'ada lovelace', 'ada@example.org', 'Zoë', '李雷', 'דנה', 'محمد', '🎬', 'a⟩b⟨c'])
      expect(shownId(id)).toBe(id)
  })
  it('names what reorders or hides, by its code point', () => {
    expect(shownId('bob\u202Etxt.exe')).toBe('bob⟨U+202E⟩txt.exe')
    expect(shownId('al\u200Bice')).toBe('al⟨U+200B⟩ice')
    expect(shownId('al\u200D\u200Cice\uFE0F')).toBe('al⟨U+200D⟩⟨U+200C⟩ice⟨U+FE0F⟩')
    expect(shownId('a\u0000\n\t\u0085\u007F')).toBe('a⟨U+0000⟩⟨U+000A⟩⟨U+0009⟩⟨U+0085⟩⟨U+007F⟩')
    expect(shownId('a\u{E0061}\u3164\uD800')).toBe('a⟨U+E0061⟩⟨U+3164⟩⟨U+D800⟩')
  })
  it('never shows an invisible character, and no two of them alike', () => {
    expect(INVISIBLE.length).toBeGreaterThan(4000)
    const shown = INVISIBLE.map((character) => shownId(`al${character}ice`))
    for (const each of shown) expect(each).toMatch(/^al⟨U\+[0-9A-F]{4,6}⟩ice$/)
    expect(new Set(shown).size).toBe(INVISIBLE.length)
  })
  it('tells spaces apart that a page would draw as one or as none', () => {
    const ids = ['a b', 'a  b', 'a\u00A0b', 'a\u2003b', ' a b', 'a b ', ' ', '  ']
    expect(ids.map(shownId)).toEqual([
      'a b',
      'a⟨U+0020⟩ b',
      'a⟨U+00A0⟩b',
      'a⟨U+2003⟩b',
      '⟨U+0020⟩a b',
      'a b⟨U+0020⟩',
      '⟨U+0020⟩',
      '⟨U+0020⟩⟨U+0020⟩',
    ])
  })
  it('can’t be had by writing the mark into an id', () => {
    expect(shownId('bob⟨U+202E⟩txt')).toBe('bob⟨U+27E8⟩U+202E⟩txt')
    expect(shownId('bob⟨U+202E⟩txt')).not.toBe(shownId('bob\u202Etxt'))
  })
  it('isn’t the name of a made-up id unless it is one', () => {
    const real = viewerName('8442ecba-1111-4222-8333-444455556666')
    expect(real).toBe('Anonymous, 8442ecba')
    expect(viewerName(real)).toBe('“Anonymous, 8442ecba”')
    expect(viewerName(viewerName(real))).toBe('““Anonymous, 8442ecba””')
    expect(viewerName('Anonymous,\u00A08442ecba')).toBe('Anonymous,⟨U+00A0⟩8442ecba')
  })
})

describe('a title as it is shown', () => {
  it('stays whole where its invisible characters are needed by its writing', () => {
    for (const title of [
      'Harbour lights',
      'Vive la\u00A0France\u2009!',
      'שלום עולם',
      'שלום\u200F! (חלק 2)',
      'می\u200Cخواهم زنده بمانم',
      'क्\u200Dष',
      'The family 👨\u200D👩\u200D👧 film',
      '🏳\uFE0F\u200D🌈 ❤\uFE0F 1\uFE0F\u20E3 👩🏽\u200D🚀 🏃\u200D♀\uFE0F',
      '🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F} Highlands',
      '葛\u{E0100}飾',
    ])
      expect(shownText(title)).toBe(title)
  })
  it('names what its writing has no use for', () => {
    expect(shownText('Harbour\u202E sthgil')).toBe('Harbour⟨U+202E⟩ sthgil')
    expect(shownText('שלום\u202Dabc\u2066')).toBe('שלום⟨U+202D⟩abc⟨U+2066⟩')
    expect(shownText('Har\u200Bbour\u200D\u200F lights\uFE0F\u00AD')).toBe(
      'Har⟨U+200B⟩bour⟨U+200D⟩⟨U+200F⟩ lights⟨U+FE0F⟩⟨U+00AD⟩',
    )
    expect(shownText('a\u{E0061} 👨\u200D')).toBe('a⟨U+E0061⟩ 👨⟨U+200D⟩')
  })
  it('marks each invisible character in Latin letters', () => {
    for (const character of INVISIBLE.filter(
      (each) => !/[\t\n\r]|(?!\p{DI})\p{Cf}|\p{Zl}|\p{Zp}/u.test(each),
    ))
      expect(shownText(`al${character}ice`)).toMatch(/^al⟨U\+[0-9A-F]{4,6}⟩ice$/)
  })
  it('is kept to itself in a sentence without markup', () => {
    expect(shownWithin('Northwind Coffee')).toBe('Northwind Coffee')
    expect(shownWithin('קפה')).toBe('\u2068קפה\u2069')
    expect(shownWithin('קפה\u2069')).toBe('\u2068קפה⟨U+2069⟩\u2069')
  })
})

describe('a search', () => {
  it('finds a look-alike beside the real one, and by its mark', () => {
    for (const needle of ['alice', 'u+200b', 'al\u200Bice', '⟨u+'])
      expect(isFound(needle, 'al\u200BIce', shownId('al\u200BIce'))).toBe(true)
    expect(isFound('ada king', 'ada\u00A0king', shownId('ada\u00A0king'))).toBe(true)
    expect(isFound('alice', 'bob', 'bob')).toBe(false)
  })
  it('finds them in the rows', () => {
    const rows = ['alice', 'al\u200Bice', 'bob'].map((viewerId) => ({
      viewerId,
      session: { ...session({}), title: viewerId === 'bob' ? 'The ali\u2060ce files' : null },
      liveSessions: 1,
    }))
    const found = selectRows(rows, { ...DEFAULT_VIEW, q: 'Alice' }, NOW)
    expect(found.map((row) => row.viewerId).sort()).toEqual(rows.map((row) => row.viewerId).sort())
  })
})
