import { shownText } from '../outside-text'
import { isStatus, statusWord } from './status'

const ABBREVIATIONS = new Set(['os', 'cdn', 'isp'])

/** A dimension as people read its name: "Country", "CDN". */
export function dimensionWord(name: string): string {
  if (ABBREVIATIONS.has(name)) return name.toUpperCase()
  const words = shownText(name).replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

const REGIONS = new Intl.DisplayNames(undefined, { type: 'region' })

/** What the audience is broken down by, in a word. */
export function byWord(by: string): string {
  return by === 'title' ? 'Title' : by === 'status' ? 'Status' : dimensionWord(by)
}

/** A value of a dimension: the rests in words, a country by its name, a status by the page's word, all else as it is. */
export function valueWord(by: string, value: string, label: string | null = null): string {
  if (label !== null && label !== value) return shownText(label)
  if (value === 'other') return 'Other'
  if (value === 'unknown') return 'Unknown'
  if (by === 'status' && isStatus(value)) return statusWord(value)
  if (by === 'country' && /^[A-Z]{2}$/.test(value)) return REGIONS.of(value) ?? value
  return shownText(value)
}
