import { signal } from '@preact/signals'
import { type Audience, readAudience } from '../api/audience'
import { type ApiClient, ApiFailure } from '../api/client'
import { list, object, readSessions, text } from '../api/decode'
import type { MediaSession } from '../api/media-session'
import { PushSocket, type PushState, type Scope } from '../api/push-socket'
import { readViewer } from '../api/viewer'
import { ChangeFeed } from './change-feed'
import { LiveStore } from './live-store'
import type { Status } from './status'

const POLL_MS = 2000
const HIDDEN_POLL_MS = 15_000
const LONGEST_RETRY_MS = 15_000
/** Screen updates are gathered this long: far under the second that an update may take, and cheap at any rate. */
const GATHER_MS = 200
const EXPIRE_MS = 1000
const PAGE_SIZE = 100
/** Rows that the page holds; beyond it the server's filters narrow the list. */
export const MOST_ROWS = 10_000
const FIRST_WALK_PAGES = 25
const LATER_WALK_PAGES = 5
const REWALK_MS = 30_000
const SUBSCRIBED_REREAD_MS = 30_000
const BATCH = 100
/**
 * Live sessions up to which all of them are pushed: as many as a snapshot holds, and few enough changes that messages
 * stay rare. Left again beyond it, taken up again a fifth below, so that an audience around it doesn't flip.
 */
const MOST_PUSHED = 500
const PUSHED_AGAIN = 400

export interface Wanted {
  mediaId: string | null
  status: Status | null
  q: string
  /** The feed of everyone's changes is open. */
  feed: boolean
}

interface Walk {
  query: Record<string, string | null>
  cursor: string | null
  first: boolean
}

/**
 * Keeps the page's picture of the audience true: counts and rows by polling with ETags, changes by push where it gets
 * through. Everything that comes in goes through the store, so no order, repeat or loss of messages can harm.
 */
export class LiveData {
  readonly store = new LiveStore()
  readonly feed = new ChangeFeed()
  /** Counts up, at most five times a second, when something on the page changed. */
  readonly revision = signal(0)
  readonly audience = signal<Audience | null>(null)
  /** The same of the title that the view is narrowed to. */
  readonly titleAudience = signal<Audience | null>(null)
  readonly push = signal<PushState>('off')
  readonly failure = signal<ApiFailure | null>(null)
  readonly failingSince = signal<number | null>(null)
  readonly nextTry = signal<number | null>(null)
  /** The first page of rows is in. */
  readonly loaded = signal(false)
  /** Every live session is in the store. */
  readonly complete = signal(false)
  lastHeard = 0

  #client: ApiClient
  #socket: PushSocket | null = null
  #wanted: Wanted = { mediaId: null, status: null, q: '', feed: false }
  /** What the list is subscribed to, besides the viewers that are watched; null: it is polled. */
  #scope: Scope | null = null
  #visible: string[] = []
  #walk: Walk | null = null
  #walkedAt = 0
  #manyPages = false
  #rereadAt = 0
  #listeners = new Set<(sessions: MediaSession[]) => void>()
  #gathering: number | undefined
  #ticker: number | undefined
  #wake: (() => void) | null = null
  #stop = new AbortController()

  constructor(client: ApiClient, socketUrl: string | null) {
    this.#client = client
    if (socketUrl !== null)
      this.#socket = new PushSocket(socketUrl, () => this.#ticket(), {
        sessions: (sessions, snapshot) => {
          this.#take(sessions, !snapshot)
          for (const listener of this.#listeners) listener(sessions)
        },
        erased: (viewerId) => this.forget(viewerId),
        state: (state) => {
          this.push.value = state
        },
      })
  }

  now(): number {
    return Date.now() + this.#client.clockOffset
  }

  async #ticket(): Promise<string> {
    const answer = await this.#client.ask('/v1/socket-tickets', {})
    const ticket = text(object(answer.body)?.ticket)
    if (ticket === null) throw new ApiFailure('refused', null, 'No ticket in the answer.')
    return ticket
  }

  /** Changes of the rows in view are pushed, not only found by polling. */
  get rowsPushed(): boolean {
    return this.push.value === 'open' && this.#scope !== null
  }

  /** The store holds every live session, and none of them older than a poll: the page can count by itself. */
  get countable(): boolean {
    const everyone = this.push.value === 'open' && this.#scope?.scope === 'overview'
    return this.complete.value && (everyone || !this.#manyPages)
  }

  start(): void {
    const { signal } = this.#stop
    this.#chooseScope()
    this.#socket?.start()
    this.#ticker = window.setInterval(() => {
      if (this.store.expire(this.now())) this.#changed()
    }, EXPIRE_MS)
    window.addEventListener('online', () => this.retryNow(), { signal })
    document.addEventListener('visibilitychange', () => !document.hidden && this.retryNow(), { signal })
    void this.#run()
  }

  stop(): void {
    this.#stop.abort()
    this.#socket?.stop()
    window.clearInterval(this.#ticker)
    window.clearTimeout(this.#gathering)
    this.#wake?.()
  }

  retryNow(): void {
    this.#socket?.retryNow()
    this.#wake?.()
  }

  /** What the view filters by: beyond MOST_ROWS the server filters. Title and feed decide what is pushed. */
  want(wanted: Wanted): void {
    const before = this.#wanted
    this.#wanted = wanted
    this.#chooseScope()
    if (before.mediaId === wanted.mediaId && before.status === wanted.status && before.q === wanted.q) return
    if (before.mediaId !== wanted.mediaId) this.titleAudience.value = null
    this.#walk = null
    this.#walkedAt = 0
    this.#wake?.()
  }

  /** The rows on screen, which are read again with every poll. */
  see(viewerIds: string[]): void {
    this.#visible = viewerIds
  }

  /** Has every change of one viewer pushed and told to `onSessions`, until the returned function is called. */
  watch(viewerId: string, onSessions: (sessions: MediaSession[]) => void): () => void {
    const scope: Scope = { scope: 'viewer', viewer_id: viewerId }
    const listener = (sessions: MediaSession[]) => {
      const own = sessions.filter((session) => session.viewerId === viewerId)
      if (own.length > 0) onSessions(own)
    }
    this.#listeners.add(listener)
    this.#socket?.subscribe(scope)
    return () => {
      this.#listeners.delete(listener)
      this.#socket?.unsubscribe(scope)
    }
  }

  /** States read elsewhere, e.g. for the panel of one viewer. */
  learn(sessions: MediaSession[]): void {
    this.#take(sessions, false)
  }

  forget(viewerId: string): void {
    this.store.erase(viewerId)
    this.feed.forget(viewerId)
    this.#changed()
  }

  /**
   * Pushes of a large audience cost more than polling it, so a page asks for everyone's changes only while few are
   * live or the reader has the feed open; for a title's while the view is narrowed to it.
   */
  #chooseScope(): void {
    const { mediaId, feed } = this.#wanted
    const before = this.#scope
    const most = before?.scope === 'overview' ? MOST_PUSHED : PUSHED_AGAIN
    const few = this.audience.value !== null && this.#live() <= most
    let scope: Scope | null = null
    if (feed) scope = { scope: 'overview' }
    else if (mediaId !== null) scope = { scope: 'title', media_id: mediaId }
    else if (few) scope = { scope: 'overview' }
    if (JSON.stringify(scope) === JSON.stringify(before)) return
    this.#scope = scope
    if (before !== null) this.#socket?.unsubscribe(before)
    if (scope !== null) this.#socket?.subscribe(scope)
  }

  /** Live sessions by the service's count. */
  #live(): number {
    return Object.values(this.audience.value?.byStatus ?? {}).reduce((sum, count) => sum + count, 0)
  }

  #take(sessions: MediaSession[], pushed: boolean): void {
    if (sessions.length === 0) return
    if (pushed) this.lastHeard = Date.now()
    const before = this.store.taken
    const changes = this.store.apply(sessions, this.now())
    if (this.store.taken === before) return
    // What the first reads and snapshots bring is what there is, not what happens.
    if (pushed || this.loaded.value) {
      const news = changes.filter((change) => pushed || change.before !== null)
      this.feed.count(pushed ? this.store.taken - before : news.length)
      this.feed.add(news, this.now())
    }
    this.#changed()
  }

  #changed(): void {
    this.#gathering ??= window.setTimeout(() => {
      this.#gathering = undefined
      this.revision.value += 1
    }, GATHER_MS)
  }

  async #run(): Promise<void> {
    let failures = 0
    while (!this.#stop.signal.aborted) {
      const began = Date.now()
      try {
        await this.#poll()
        failures = 0
        this.lastHeard = Date.now()
        this.failure.value = null
        this.failingSince.value = null
        this.nextTry.value = null
      } catch (error) {
        if (this.#stop.signal.aborted) return
        failures += 1
        this.failure.value =
          error instanceof ApiFailure
            ? error
            : new ApiFailure('away', null, 'The service’s answer made no sense.')
        this.failingSince.value ??= Date.now()
        // Nothing more is read or shown until the reader has signed in, which loads the page anew.
        if (this.failure.value.kind === 'signed-out') return this.stop()
      }
      const every = document.hidden ? HIDDEN_POLL_MS : POLL_MS
      const pause =
        failures === 0
          ? Math.max(250, every - (Date.now() - began))
          : Math.min(LONGEST_RETRY_MS, 1000 * 2 ** (failures - 1))
      if (failures > 0) this.nextTry.value = Date.now() + pause
      await this.#pause(pause)
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        window.clearTimeout(timer)
        this.#wake = null
        resolve()
      }
      const timer = window.setTimeout(done, ms)
      this.#wake = done
    })
  }

  async #poll(): Promise<void> {
    const { signal } = this.#stop
    const { mediaId } = this.#wanted
    const audience = this.#client.get('/v1/audience', {}, signal).then((answer) => {
      if (answer.changed || this.audience.value === null) this.audience.value = readAudience(answer.body)
      this.#chooseScope()
    })
    const ofTitle =
      mediaId === null
        ? null
        : this.#client.get('/v1/audience', { media_id: mediaId }, signal).then((answer) => {
            if (mediaId === this.#wanted.mediaId && (answer.changed || this.titleAudience.value === null))
              this.titleAudience.value = readAudience(answer.body)
          })
    await Promise.all([audience, ofTitle, this.#readRows(), this.#readVisible()])
  }

  /** The query of a walk: everything while the page can hold it, else what the view asks for. */
  #query(): Record<string, string | null> {
    const narrowed = this.#live() > MOST_ROWS || this.#wanted.mediaId !== null
    return {
      media_id: this.#wanted.mediaId,
      status: narrowed ? this.#wanted.status : null,
      limit: String(PAGE_SIZE),
    }
  }

  async #readRows(): Promise<void> {
    const due = !this.#manyPages || Date.now() - this.#walkedAt >= REWALK_MS
    if (this.#walk === null && due)
      this.#walk = { query: this.#query(), cursor: null, first: this.#walkedAt === 0 }
    const walk = this.#walk
    if (walk !== null) {
      const pages = walk.first ? FIRST_WALK_PAGES : LATER_WALK_PAGES
      for (let page = 0; page < pages && this.#walk === walk; page += 1) await this.#readPage(walk)
    }
    const q = this.#wanted.q.trim()
    if (q !== '') await this.#search(q)
  }

  async #readPage(walk: Walk): Promise<void> {
    const answer = await this.#client.get(
      '/v1/live',
      { ...walk.query, cursor: walk.cursor },
      this.#stop.signal,
    )
    if (this.#walk !== walk) return
    const body = object(answer.body) ?? {}
    const next = text(body.next_cursor)
    if (walk.cursor === null) this.#manyPages = next !== null
    if (answer.changed || walk.first) this.#take(readSessions(body.sessions), false)
    this.loaded.value = true
    walk.cursor = next
    if (next !== null && this.store.sessions < MOST_ROWS) return
    this.#walk = null
    this.#walkedAt = Date.now()
    this.complete.value = next === null && walk.query.media_id === null && walk.query.status === null
  }

  /** What the page may not hold yet: the server looks for a whole viewer id or the beginning of a title. */
  async #search(q: string): Promise<void> {
    const answer = await this.#client.get('/v1/live', { q, limit: String(PAGE_SIZE) }, this.#stop.signal)
    if (answer.changed) this.#take(readSessions(object(answer.body)?.sessions), false)
  }

  /** With all rows on one page the page itself is read again; else the rows on screen are read by their keys. */
  async #readVisible(): Promise<void> {
    if (!this.#manyPages || this.#visible.length === 0 || document.hidden) return
    const subscribed = this.push.value === 'open' && this.#scope?.scope === 'title'
    if (subscribed && Date.now() - this.#rereadAt < SUBSCRIBED_REREAD_MS) return
    const ids = this.#visible.slice(0, BATCH)
    const answer = await this.#client.ask('/v1/viewers/batch-get', { viewer_ids: ids }, this.#stop.signal)
    this.#rereadAt = Date.now()
    if (!answer.changed) return
    const viewers = list(object(answer.body)?.viewers).flatMap((each) => readViewer(each) ?? [])
    this.#take(
      viewers.flatMap((viewer) => viewer.sessions),
      false,
    )
    for (const missing of list(object(answer.body)?.missing))
      if (typeof missing === 'string') this.store.erase(missing)
  }
}
