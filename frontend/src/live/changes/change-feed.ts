import { shownWithin } from '../../outside-text'
import type { Change } from '../data/live-store'
import { type Status, statusWord } from '../status'

export interface FeedEntry {
  id: number
  at: number
  viewerId: string
  title: string | null
  status: Status
  /** What happened, in words: "Watching → Paused". */
  words: string
}

const KEPT = 200

export function describe({ before, after }: Change): string {
  const now = statusWord(after.status)
  if (before === null) return `Joined · ${now}`
  if (before.mediaId !== after.mediaId) return `New title · ${now}`
  if (before.status !== after.status) return `${statusWord(before.status)} → ${now}`
  if (after.ad?.name) return `Next ad · ${shownWithin(after.ad.name)}`
  return now
}

/** The latest changes of all viewers, newest first and never more than 200, and a count of all that ever came. */
export class ChangeFeed {
  entries: FeedEntry[] = []
  /** News of sessions since the page was opened: every newer state pushed, and every change found by polling. */
  messages = 0
  #next = 1

  count(messages: number): void {
    this.messages += messages
  }

  add(changes: readonly Change[], now: number): void {
    if (changes.length === 0) return
    const fresh = changes
      .slice(-KEPT)
      .map((change) => ({
        id: this.#next++,
        at: now,
        viewerId: change.after.viewerId,
        title: change.after.title,
        status: change.after.status,
        words: describe(change),
      }))
      .reverse()
    this.entries = [...fresh, ...this.entries].slice(0, KEPT)
  }

  forget(viewerId: string): void {
    this.entries = this.entries.filter((entry) => entry.viewerId !== viewerId)
  }
}
