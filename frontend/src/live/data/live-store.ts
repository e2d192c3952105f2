import type { MediaSession } from '../../api/media-session'
import { isWatching } from '../status'

/** One viewer on the page: the session that speaks for it, and how many of its sessions are live. */
export interface ViewerRow {
  viewerId: string
  session: MediaSession
  liveSessions: number
}

/** A change for the feed: the status, the title or the ad of a viewer's session is another one now. */
export interface Change {
  before: MediaSession | null
  after: MediaSession
}

/** Time after which a session that is no longer live is forgotten, ms. A late repeat of its last state then shows
 * nothing either, since its lease has run out. */
const FORGET_AFTER_MS = 60_000

/** Which of a viewer's live sessions speaks for the viewer: one that is being watched, then the newest. */
export function speaksBefore(a: MediaSession, b: MediaSession): boolean {
  const watching = Number(isWatching(a.status)) - Number(isWatching(b.status))
  return watching !== 0 ? watching > 0 : a.lastSeen > b.lastSeen
}

/**
 * The sessions the page knows. Whole states come in from reads and pushes in any order, repeated or late; the newer
 * version wins. Whether a session is live is decided here again, by its lease, since a viewer who leaves says nothing.
 */
export class LiveStore {
  #byViewer = new Map<string, Map<string, MediaSession>>()
  #rows = new Map<string, ViewerRow>()
  #size = 0

  /** How many states came in that were news: a new session or a newer version of one. */
  taken = 0
  /** Counts up when rows came, went or changed their title: when an order by what stays the same must be made anew. */
  shape = 0
  /** Counts up when the status of a row changed. */
  statuses = 0

  /** Takes states in; returns the changes among them. */
  apply(sessions: readonly MediaSession[], now: number): Change[] {
    const changes: Change[] = []
    for (const session of sessions) {
      let ofViewer = this.#byViewer.get(session.viewerId)
      if (ofViewer === undefined) {
        ofViewer = new Map()
        this.#byViewer.set(session.viewerId, ofViewer)
      }
      const before = ofViewer.get(session.sessionId) ?? null
      if (before !== null && before.version >= session.version) continue
      if (before === null && session.liveUntil <= now) {
        if (ofViewer.size === 0) this.#byViewer.delete(session.viewerId)
        continue
      }
      if (before === null) this.#size += 1
      this.taken += 1
      ofViewer.set(session.sessionId, session)
      this.#settle(session.viewerId, now)
      if (
        before === null ||
        before.status !== session.status ||
        before.mediaId !== session.mediaId ||
        before.ad?.id !== session.ad?.id
      )
        changes.push({ before, after: session })
    }
    return changes
  }

  /** Drops what is no longer live; returns true when a row went or changed. */
  expire(now: number): boolean {
    let changed = false
    for (const [viewerId, ofViewer] of this.#byViewer) {
      let lapsed = false
      for (const [sessionId, session] of ofViewer) {
        if (session.liveUntil > now) continue
        lapsed = true
        if (session.liveUntil + FORGET_AFTER_MS < now) {
          ofViewer.delete(sessionId)
          this.#size -= 1
        }
      }
      if (lapsed) changed = this.#settle(viewerId, now) || changed
      if (ofViewer.size === 0) this.#byViewer.delete(viewerId)
    }
    return changed
  }

  erase(viewerId: string): void {
    this.#size -= this.#byViewer.get(viewerId)?.size ?? 0
    this.#byViewer.delete(viewerId)
    if (this.#rows.delete(viewerId)) this.shape += 1
  }

  rows(): Iterable<ViewerRow> {
    return this.#rows.values()
  }

  row(viewerId: string): ViewerRow | undefined {
    return this.#rows.get(viewerId)
  }

  /** Something of this viewer is kept, live or lately lapsed. */
  knows(viewerId: string): boolean {
    return this.#byViewer.has(viewerId)
  }

  /** Viewers with a live session. */
  get viewers(): number {
    return this.#rows.size
  }

  /** Sessions kept in memory, live or lately lapsed. */
  get sessions(): number {
    return this.#size
  }

  #settle(viewerId: string, now: number): boolean {
    let speaker: MediaSession | null = null
    let liveSessions = 0
    for (const session of this.#byViewer.get(viewerId)?.values() ?? []) {
      if (session.liveUntil <= now) continue
      liveSessions += 1
      if (speaker === null || speaksBefore(session, speaker)) speaker = session
    }
    const row = this.#rows.get(viewerId)
    if (speaker === null) {
      const gone = this.#rows.delete(viewerId)
      if (gone) this.shape += 1
      return gone
    }
    if (row === undefined) {
      this.#rows.set(viewerId, { viewerId, session: speaker, liveSessions })
      this.shape += 1
      return true
    }
    const { session } = row
    const changed = session !== speaker || row.liveSessions !== liveSessions
    if (session.sessionId !== speaker.sessionId || session.mediaId !== speaker.mediaId) this.shape += 1
    if (session.status !== speaker.status) this.statuses += 1
    row.session = speaker
    row.liveSessions = liveSessions
    return changed
  }
}
