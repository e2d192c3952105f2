import { signal } from '@preact/signals'
import type { ApiClient } from '../../api/client'
import { fields, list, object, readSessions, text } from '../../api/decode'
import type { MediaSession } from '../../api/media-session'
import { readViewer } from '../../api/viewer'
import type { Status } from '../status'

export const PAGE_SIZE = 100
/** Rows that the page holds; beyond it the server's filters narrow the list. */
export const MOST_ROWS = 10_000
const FIRST_WALK_PAGES = 25
const LATER_WALK_PAGES = 5
export const REWALK_MS = 30_000
/** How many viewers one batch-get takes. */
const BATCH = 100

/** What the view filters by, as the server can. */
export interface Filters {
  mediaId: string | null
  status: Status | null
  dimensions: Readonly<Record<string, string>>
  q: string
}

/** Where the rows that are read go to. */
export interface RowSink {
  take(sessions: MediaSession[]): void
  missing(viewerId: string): void
  /** Sessions held so far. */
  held(): number
}

interface Walk {
  query: Record<string, string | null>
  /** It is filtered by nothing but the title. */
  whole: boolean
  cursor: string | null
  first: boolean
  partial: boolean
}

/**
 * Reads the live sessions page by page. Up to one page (100) it is read with every poll; beyond it the walk goes on in
 * the background, starting again 30 s after it is through, and the rows on screen are read by their keys.
 */
export class RowWalk {
  /** The first page of rows is in. */
  readonly loaded = signal(false)
  /** Every live session has been read. */
  readonly complete = signal(false)
  /** Every live session of this title has been read, by a walk of its own. */
  readonly completeTitle = signal<string | null>(null)
  /** The service left some sessions out: its bounds were met (docs/limits.md). */
  readonly partial = signal(false)
  /** There is more than one page, so that rows off screen are as old as the last walk. */
  manyPages = false

  #client: ApiClient
  #sink: RowSink
  #walk: Walk | null = null
  #walkedAt = 0

  constructor(client: ApiClient, sink: RowSink) {
    this.#client = client
    this.#sink = sink
  }

  /** Begins anew with the next read, e.g. because the filters have changed. */
  restart(): void {
    this.#walk = null
    this.#walkedAt = 0
  }

  /** The next pages of the walk, and what is searched for. `live`: the service's count of live sessions. */
  async read(filters: Filters, live: number, stop: AbortSignal): Promise<void> {
    const due = !this.manyPages || Date.now() - this.#walkedAt >= REWALK_MS
    if (this.#walk === null && due)
      this.#walk = { ...question(filters, live), cursor: null, first: this.#walkedAt === 0, partial: false }
    const walk = this.#walk
    if (walk !== null) {
      const pages = walk.first ? FIRST_WALK_PAGES : LATER_WALK_PAGES
      for (let page = 0; page < pages && this.#walk === walk; page += 1) await this.#readPage(walk, stop)
    }
    const q = filters.q.trim()
    if (q !== '') await this.#search(q, stop)
  }

  /** Reads these viewers by their keys, the first 100 of them. */
  async readViewers(viewerIds: string[], stop: AbortSignal): Promise<void> {
    const answer = await this.#client.ask(
      '/v1/viewers/batch-get',
      { viewer_ids: viewerIds.slice(0, BATCH) },
      stop,
    )
    if (!answer.changed) return
    const viewers = list(object(answer.body)?.viewers).flatMap((each) => readViewer(each) ?? [])
    this.#sink.take(viewers.flatMap((viewer) => viewer.sessions))
    for (const missing of list(object(answer.body)?.missing))
      if (typeof missing === 'string') this.#sink.missing(missing)
  }

  async #readPage(walk: Walk, stop: AbortSignal): Promise<void> {
    const answer = await this.#client.get('/v1/live', { ...walk.query, cursor: walk.cursor }, stop)
    if (this.#walk !== walk) return
    const body = fields<'LivePage'>(answer.body) ?? {}
    const next = text(body.next_cursor)
    if (walk.cursor === null) this.manyPages = next !== null
    // Known of a walk when it is through; true at once.
    walk.partial ||= body.partial === true
    if (walk.partial || next === null) this.partial.value = walk.partial
    if (answer.changed || walk.first) this.#sink.take(readSessions(body.sessions))
    this.loaded.value = true
    walk.cursor = next
    if (next !== null && this.#sink.held() < MOST_ROWS) return
    this.#walk = null
    this.#walkedAt = Date.now()
    const all = next === null && walk.whole
    this.complete.value = all && walk.query.media_id === null
    this.completeTitle.value = all ? (walk.query.media_id ?? null) : null
  }

  /** What the page may not hold yet: the server looks for a whole viewer id or the beginning of a title. */
  async #search(q: string, stop: AbortSignal): Promise<void> {
    const answer = await this.#client.get('/v1/live', { q, limit: String(PAGE_SIZE) }, stop)
    if (answer.changed) this.#sink.take(readSessions(object(answer.body)?.sessions))
  }
}

/** What a walk asks for: everything while the page can hold it, else what the view filters by. */
function question(filters: Filters, live: number): Pick<Walk, 'query' | 'whole'> {
  const narrowed = live > MOST_ROWS || filters.mediaId !== null
  const dimensions = narrowed ? filters.dimensions : {}
  const status = narrowed ? filters.status : null
  return {
    query: { ...dimensions, media_id: filters.mediaId, status, limit: String(PAGE_SIZE) },
    whole: status === null && Object.keys(dimensions).length === 0,
  }
}
