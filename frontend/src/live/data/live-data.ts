import { batch, type ReadonlySignal, signal } from '@preact/signals'
import type { Audience } from '../../api/audience'
import type { ApiClient } from '../../api/client'
import type { MediaSession } from '../../api/media-session'
import type { PushState } from '../../api/push-socket'
import { ChangeFeed } from '../changes/change-feed'
import { standsStill } from '../connection'
import { Audiences } from './audiences'
import { LiveStore } from './live-store'
import { Polling } from './polling'
import { type Filters, RowWalk } from './row-walk'
import { Subscription } from './subscription'

/** Screen updates are gathered this long: far under the second that an update may take, and cheap at any rate. */
const GATHER_MS = 200
const EXPIRE_MS = 1000
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
  readonly audience: ReadonlySignal<Audience | null>
  /** The same of the title that the view is narrowed to. */
  readonly titleAudience: ReadonlySignal<Audience | null>
  readonly push: ReadonlySignal<PushState>
  /** When the newest answer or message came, by this machine's clock, ms; 0 for never. */
  readonly heardAt = signal(0)

  #client: ApiClient
  #audiences: Audiences
  #subscription: Subscription
  #wanted: Wanted = { mediaId: null, status: null, dimensions: {}, q: '', feed: false }
  #visible: string[] = []
  #rereadAt = 0
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
    this.#audiences = new Audiences(client)
    this.audience = this.#audiences.everyone
    this.titleAudience = this.#audiences.ofTitle
    this.#subscription = new Subscription(client, socketUrl, {
      sessions: (sessions, snapshot) => this.#take(sessions, !snapshot),
      erased: (viewerId) => this.forget(viewerId),
    })
    this.push = this.#subscription.state
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
    return this.#subscription.settling
  }

  /** Changes of the rows in view are pushed, not only found by polling. */
  get rowsPushed(): boolean {
    return this.#subscription.open !== null
  }

  /**
   * The store holds every live session (of a title), and none of them older than a poll: the page can count by
   * itself, and all that is on screen comes from the same rows.
   */
  countable(mediaId: string | null): boolean {
    const pushed = this.#subscription.open
    const held = this.walk.complete.value || (mediaId !== null && this.walk.completeTitle.value === mediaId)
    const fresh =
      pushed?.scope === 'overview' ||
      (mediaId !== null && pushed?.scope === 'title' && pushed.media_id === mediaId)
    return held && (fresh || !this.walk.manyPages)
  }

  start(): void {
    const { signal } = this.#stop
    this.#choosePush()
    this.#subscription.start()
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
    this.#subscription.stop()
    clearInterval(this.#ticker)
    clearTimeout(this.#gathering)
  }

  retryNow(): void {
    this.#subscription.retryNow()
    this.polling.retryNow()
  }

  /** What the view filters by: beyond MOST_ROWS the server filters. Title and feed decide what is pushed. */
  want(wanted: Wanted): void {
    const before = this.#wanted
    this.#wanted = wanted
    this.#choosePush()
    if (sameFilters(before, wanted)) return
    this.#audiences.narrowTo(wanted.mediaId)
    this.walk.restart()
    this.polling.retryNow()
  }

  /** The rows on screen, which are read again with every poll. */
  see(viewerIds: string[]): void {
    this.#visible = viewerIds
  }

  /** Has every change of one viewer pushed and passed to `onSessions`, until the returned function is called. */
  watch(viewerId: string, onSessions: (sessions: MediaSession[]) => void): () => void {
    return this.#subscription.watch(viewerId, onSessions)
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

  #choosePush(): void {
    this.#subscription.choose(this.#wanted, this.audience.value === null ? null : this.#audiences.live)
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
    const audience = this.#audiences.readEveryone(stop).then(() => this.#choosePush())
    const rows = this.walk.read(this.#wanted, this.#audiences.live, stop)
    await Promise.all([audience, this.#audiences.readTitle(stop), rows, this.#readVisible(stop)])
    this.heardAt.value = Date.now()
  }

  /** With all rows on one page the page itself is read again; else the rows on screen are read by their keys. */
  async #readVisible(stop: AbortSignal): Promise<void> {
    if (!this.walk.manyPages || this.#visible.length === 0 || document.hidden) return
    const subscribed = this.#subscription.open?.scope === 'title'
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
