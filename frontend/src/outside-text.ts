/**
 * Text from outside the product (ids, titles, names of ads) made fit to be shown: characters that can't be seen, or that
 * reorder what stands around them, are drawn as their code point, `⟨U+202E⟩`, so that two texts that differ never look
 * the same for it. Components put the result into `<bdi>`, which keeps a right-to-left text from reordering its row.
 */

/** Text without a character that could need a mark: nearly all ids and titles. */
const PLAIN = /^(?:[!-~]+(?: [!-~]+)*)?$/

/**
 * In ids nothing invisible has a meaning: control, format, private and unassigned characters, lone surrogates, blank
 * letters (Hangul fillers, the empty Braille cell), variation selectors, and each space but a single one between words,
 * since a page draws several as one. `⟨` is marked where it would read as a mark itself.
 */
const HIDDEN_IN_ID =
  /[\p{C}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\u2800]|(?! )\p{Zs}|^ | (?= |$)|⟨(?=U\+)/gu

/** Unseen in titles as well; their spaces of all kinds stay, and new letters that this browser doesn't know yet. */
const HIDDEN_IN_TEXT =
  /(?![\t\n\r])\p{Cc}|[\p{Default_Ignorable_Code_Point}\p{Cs}\u2800\ufff9-\ufffb]|⟨(?=U\+)/gu

/**
 * Invisible characters that writing needs, where it needs them: joiners between emoji and in the scripts that join
 * letters, the choice of a drawing after an emoji, a Han or a Mongolian letter, flags of regions.
 */
const NEEDED_IN_TEXT = new RegExp(
  [
    String.raw`(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f\u{e007f}])\u200d(?=\p{Extended_Pictographic})`,
    String.raw`(?<=[\p{scx=Arab}\p{scx=Syrc}\p{scx=Mong}\p{scx=Nko}\p{scx=Deva}\p{scx=Beng}\p{scx=Guru}\p{scx=Gujr}\p{scx=Orya}` +
      String.raw`\p{scx=Taml}\p{scx=Telu}\p{scx=Knda}\p{scx=Mlym}\p{scx=Sinh}\p{scx=Khmr}\p{scx=Mymr}\p{scx=Tibt}])[\u200c\u200d]`,
    String.raw`(?<=[\p{Extended_Pictographic}])[\ufe0e\ufe0f]`,
    String.raw`(?<=[0-9#*])\ufe0f(?=\u20e3)`,
    String.raw`(?<=\p{sc=Han})[\ufe00-\ufe02\u{e0100}-\u{e01ef}]`,
    String.raw`(?<=\p{scx=Mong})[\u180b-\u180d\u180f]`,
    String.raw`(?<=\u{1f3f4}[\u{e0020}-\u{e007e}]*)[\u{e0020}-\u{e007f}]`,
  ].join('|'),
  'uy',
)

const RIGHT_TO_LEFT =
  /(?=\p{L})[\p{sc=Hebr}\p{sc=Arab}\p{sc=Syrc}\p{sc=Thaa}\p{sc=Nko}\p{sc=Samr}\p{sc=Mand}\p{sc=Adlm}\p{sc=Rohg}]/u

/** Left-to-right, right-to-left and Arabic letter mark: they have their use in right-to-left text only. */
const DIRECTION_MARK = /^[\u200e\u200f\u061c]$/

const FIRST_STRONG_ISOLATE = '\u2068'
const POP_ISOLATE = '\u2069'

function mark(character: string): string {
  const codePoint = character.codePointAt(0) ?? 0
  return `⟨U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}⟩`
}

/** An id as it is shown: no two ids look the same for characters that can't be seen. */
export function shownId(id: string): string {
  return PLAIN.test(id) ? id : id.replace(HIDDEN_IN_ID, mark)
}

/** A title, or another text from outside, as it is shown: what its writing needs stays as it is. */
export function shownText(text: string): string {
  if (PLAIN.test(text)) return text
  const rightToLeft = RIGHT_TO_LEFT.test(text)
  return text.replace(HIDDEN_IN_TEXT, (character, at: number) => {
    NEEDED_IN_TEXT.lastIndex = at
    const needed = NEEDED_IN_TEXT.test(text) || (rightToLeft && DIRECTION_MARK.test(character))
    return needed ? character : mark(character)
  })
}

/** The same for a text within a sentence where there can be no `<bdi>`: what stands around it keeps its order. */
export function shownWithin(text: string): string {
  const shown = shownText(text)
  return RIGHT_TO_LEFT.test(shown) ? FIRST_STRONG_ISOLATE + shown + POP_ISOLATE : shown
}

/** Whether a search for `needle` (in small letters) finds an id or a title: as it came, as it is shown, or as it reads. */
export function isFound(needle: string, text: string, shown: string): boolean {
  if (text.toLowerCase().includes(needle)) return true
  if (PLAIN.test(text)) return shown !== text && shown.toLowerCase().includes(needle)
  const read = text.replace(HIDDEN_IN_ID, (character) => (/\p{Zs}/u.test(character) ? ' ' : ''))
  return shown.toLowerCase().includes(needle) || read.toLowerCase().includes(needle)
}
