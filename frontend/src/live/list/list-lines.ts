import type { ViewerRow } from '../data/live-store'
import { isWatching } from '../status'
import { type Group, NO_TITLE } from './select-rows'

/** What the virtual list places one below the other: a heading, or a row (or line of cards) of viewers. */
export type Line =
  | { kind: 'title'; title: string; viewers: number; watching: number }
  | { kind: 'rows'; rows: ViewerRow[] }

/**
 * The lines of a list, made one by one as they are asked for: of ten thousand viewers only those on screen cost
 * anything. Each group begins on a line of its own.
 */
export class ListLines {
  readonly count: number
  #groups: readonly Group[]
  #columns: number
  #headings: boolean
  /** Line at which each group begins. */
  #starts: number[] = []

  constructor(groups: readonly Group[], columns: number, headings: boolean) {
    this.#groups = groups
    this.#columns = columns
    this.#headings = headings
    let line = 0
    for (const group of groups) {
      this.#starts.push(line)
      line += Number(headings) + Math.ceil(group.rows.length / columns)
    }
    this.count = line
  }

  /** Lines that are headings, in order. */
  get headingLines(): readonly number[] {
    return this.#headings ? this.#starts : []
  }

  at(index: number): Line | null {
    if (index < 0 || index >= this.count) return null
    const number = this.#starts.findLastIndex((start) => start <= index)
    const group = this.#groups[number]
    if (group === undefined) return null
    const place = index - (this.#starts[number] ?? 0) - Number(this.#headings)
    if (place < 0) {
      const watching = group.rows.filter((row) => isWatching(row.session.status)).length
      return { kind: 'title', title: group.title ?? NO_TITLE, viewers: group.rows.length, watching }
    }
    return { kind: 'rows', rows: group.rows.slice(place * this.#columns, (place + 1) * this.#columns) }
  }
}
