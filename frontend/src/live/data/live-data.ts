import { batch, signal } from '@preact/signals'
import { type Audience, readAudience } from '../../api/audience'
import { type ApiClient, ApiFailure } from '../../api/client'
import { object, text } from '../../api/decode'
import type { MediaSession } from '../../api/media-session'
import { PushSocket, type PushState, type Scope } from '../../api/push-socket'
import { ChangeFeed } from '../changes/change-feed'
import { standsStill } from '../connection'
import { LiveStore } from './live-store'
import { Polling } from './polling'
import { choosePush, sameScope } from './push-choice'
import { type Filters, RowWalk } from './row-walk'

/** Screen updates are gathered this long: far under the second that an update may take, and cheap at any rate. */
const GATHER_MS = 200
const EXPIRE_MS = 1000
/** A socket that says nothing for so long is taken not to get through, until it does. */
const SETTLED_AFTER_MS = 3000
const SUBSCRIBED_REREAD_MS = 30_000

export interface Wanted extends Filters {
  /** The feed of everyone's changes is open. */
  feed: boolean
}

/**
 * Keeps the page's picture of the audience true: counts and rows by polling with ETags, changes by push where it gets
 * through. Everything that comes in goes through the store, so no order, repeat or loss of messages can harm.
 */
export class LiveData {
  readonly store = new LiveStore()
  readonly feed = new ChangeFeed()
  readonly polling: Polling
  readonly walk: RowWalk
  /** Counts up, at most five times a second, when something on the page changed. */
  readonly revision = signal(0)
  /** The store's `shape` and `statuses` as of the revision: what an order of the rows follows. */
  readonly shape = signal(0)
  readonly statuses = signal(0)
  readonly audience = signal<Audience | null>(null)
  /** The same of the title that the view is narrowed to. */
  readonly titleAudience = signal<Audience | null>(null)
  readonly push = signal<PushState>('off')
  readonly #settled = signal(false)
  /** What the list is subscribed to, besides the viewers that are watched; null: it is polled. */
  readonly scope = signal<Scope | null>(null)
  /** When the newest answer or message came, by this machine's clock, ms; 0 for never. */
  readonly heardAt = signal(0)

  #client: ApiClient
  #socket: PushSocket | null = null
  #wanted: Wanted = { mediaId: null, status: null, dimensions: {}, q: '', feed: false }
  #visible: string[] = []
  #rereadAt = 0
  #listeners = new Set<(sessions: MediaSession[]) => void>()
  #gathering: ReturnType<typeof setTimeout> | undefined
  #ticker: ReturnType<typeof setInterval> | undefined
  #stop = new AbortController()

  constructor(client: ApiClient, socketUrl: string | null) {
    this.#client = client
    this.polling = new Polling(
      () => this.#read(),
      () => document.hidden,
    )
    this.walk = new RowWalk(client, {
      take: (sessions) => this.#take(sessions, false),
      missing: (viewerId) => this.store.erase(viewerId),
      held: () => this.store.sessions,
    })
    if (socketUrl !== null)
      this.#socket = new PushSocket(socketUrl, () => this.#ticket(), {
        sessions: (sessions, snapshot) => {
          this.#take(sessions, !snapshot)
          for (const listener of this.#listeners) listener(sessions)
        },
        erased: (viewerId) => this.forget(viewerId),
        state: (state) => {
          this.push.value = state
          if (state === 'open' || state === 'blocked') this.#settled.value = true
        },
      })
  }

  /** The service's clock, ms, by which leases end and playheads move; still at the last word heard while that is old. */
  now(): number {
    return (this.still ? this.heardAt.peek() : Date.now()) + this.#client.clockOffset
  }

  /** See `standsStill`. */
  get still(): boolean {
    return standsStill(this.heardAt.peek(), Date.now(), document.hidden)
  }

  /** The socket is still to say for the first time whether it gets through. */
  get settling(): boolean {
    return this.#socket !== null && this.scope.value !== null && !this.#settled.value
  }

  /** Changes of the rows in view are pushed, not only found by polling. */
  get rowsPushed(): boolean {
    return this.push.value === 'open' && this.scope.value !== null
  }

  /**
   * The store holds every live session (of a title), and none of them older than a poll: the page can count by
   * itself, and all that is on screen comes from the same rows.
   */
  countable(mediaId: string | null): boolean {
    const pushed = this.push.value === 'open' ? this.scope.value : null
    const held = this.walk.complete.value || (mediaId !== null && this.walk.completeTitle.value === mediaId)
    const fresh =
      pushed?.scope === 'overview' ||
      (mediaId !== null && pushed?.scope === 'title' && pushed.media_id === mediaId)
    return held && (fresh || !this.walk.manyPages)
  }

  start(): void {
    const { signal } = this.#stop
    this.#choosePush()
    this.#socket?.start()
    setTimeout(() => {
      this.#settled.value = true
    }, SETTLED_AFTER_MS)
    this.#ticker = setInterval(() => {
      if (this.store.expire(this.now())) this.#changed()
    }, EXPIRE_MS)
    window.addEventListener('online', () => this.retryNow(), { signal })
    document.addEventListener('visibilitychange', () => !document.hidden && this.retryNow(), { signal })
    // It ends only when the reader has to sign in, which loads the page anew.
    void this.polling.run(signal).then(() => this.stop())
  }

  stop(): void {
    this.#stop.abort()
    this.#socket?.stop()
    clearInterval(this.#ticker)
    clearTimeout(this.#gathering)
  }

  retryNow(): void {
    this.#socket?.retryNow()
    this.polling.retryNow()
  }

  /** What the view filters by: beyond MOST_ROWS the server filters. Title and feed decide what is pushed. */
  want(wanted: Wanted): void {
    const before = this.#wanted
    this.#wanted = wanted
    this.#choosePush()
    if (sameFilters(before, wanted)) return
    if (before.mediaId !== wanted.mediaId) this.titleAudience.value = null
    this.walk.restart()
    this.polling.retryNow()
  }

  /** The rows on screen, which are read again with every poll. */
  see(viewerIds: string[]): void {
    this.#visible = viewerIds
  }

  /** Has every change of one viewer pushed and passed to `onSessions`, until the returned function is called. */
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

  async #ticket(): Promise<string> {
    const answer = await this.#client.ask('/v1/socket-tickets', {})
    const ticket = text(object(answer.body)?.ticket)
    if (ticket === null) throw new ApiFailure('refused', null, 'No ticket in the answer.')
    return ticket
  }

  #choosePush(): void {
    const before = this.scope.value
    const scope = choosePush(this.#wanted, this.audience.value === null ? null : this.#live(), before)
    if (sameScope(scope, before)) return
    this.scope.value = scope
    if (before !== null) this.#socket?.unsubscribe(before)
    if (scope !== null) this.#socket?.subscribe(scope)
  }

  /** Live sessions by the service's count. */
  #live(): number {
    return Object.values(this.audience.value?.byStatus ?? {}).reduce((sum, count) => sum + count, 0)
  }

  #take(sessions: MediaSession[], pushed: boolean): void {
    if (sessions.length === 0) return
    if (pushed) this.heardAt.value = Date.now()
    const before = this.store.taken
    const changes = this.store.apply(sessions, this.now())
    if (this.store.taken === before) return
    // What the first reads and snapshots bring is what there is, not what happens.
    if (pushed || this.walk.loaded.value) {
      const news = changes.filter((change) => pushed || change.before !== null)
      this.feed.count(pushed ? this.store.taken - before : news.length)
      this.feed.add(news, this.now())
    }
    this.#changed()
  }

  #changed(): void {
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined
      batch(() => {
        this.shape.value = this.store.shape
        this.statuses.value = this.store.statuses
        this.revision.value += 1
      })
    }, GATHER_MS)
  }

  async #read(): Promise<void> {
    const stop = this.#stop.signal
    const { mediaId } = this.#wanted
    const audience = this.#client.get('/v1/audience', {}, stop).then((answer) => {
      if (answer.changed || this.audience.value === null) this.audience.value = readAudience(answer.body)
      this.#choosePush()
    })
    const ofTitle =
      mediaId === null
        ? null
        : this.#client.get('/v1/audience', { media_id: mediaId }, stop).then((answer) => {
            if (mediaId === this.#wanted.mediaId && (answer.changed || this.titleAudience.value === null))
              this.titleAudience.value = readAudience(answer.body)
          })
    const rows = this.walk.read(this.#wanted, this.#live(), stop)
    await Promise.all([audience, ofTitle, rows, this.#readVisible(stop)])
    this.heardAt.value = Date.now()
  }

  /** With all rows on one page the page itself is read again; else the rows on screen are read by their keys. */
  async #readVisible(stop: AbortSignal): Promise<void> {
    if (!this.walk.manyPages || this.#visible.length === 0 || document.hidden) return
    const subscribed = this.push.value === 'open' && this.scope.value?.scope === 'title'
    if (subscribed && Date.now() - this.#rereadAt < SUBSCRIBED_REREAD_MS) return
    await this.walk.readViewers(this.#visible, stop)
    this.#rereadAt = Date.now()
  }
}

function sameFilters(a: Filters, b: Filters): boolean {
  const [first, second] = [a, b].map((each) =>
    JSON.stringify([each.mediaId, each.status, each.q, Object.entries(each.dimensions)]),
  )
  return first === second
}
