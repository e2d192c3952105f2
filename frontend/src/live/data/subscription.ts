import { signal } from '@preact/signals'
import { type ApiClient, ApiFailure } from '../../api/client'
import { object, text } from '../../api/decode'
import type { MediaSession } from '../../api/media-session'
import { PushSocket, type PushState, type Scope } from '../../api/push-socket'
import { choosePush, sameScope } from './push-choice'

/** A socket that says nothing for so long is taken not to get through, until it does. */
const SETTLED_AFTER_MS = 3000

/** What is pushed. */
export interface Pushed {
  /** States of sessions; `snapshot`: what there is, not what happens. */
  sessions(sessions: MediaSession[], snapshot: boolean): void
  erased(viewerId: string): void
}

/** What the page is subscribed to over the socket: the scope that the list shows, and the viewers that are watched. */
export class Subscription {
  readonly state = signal<PushState>('off')
  /** What the list is subscribed to, besides the viewers that are watched; null: it is polled. */
  readonly scope = signal<Scope | null>(null)

  readonly #settled = signal(false)
  #socket: PushSocket | null = null
  #listeners = new Set<(sessions: MediaSession[]) => void>()

  constructor(client: ApiClient, socketUrl: string | null, pushed: Pushed) {
    if (socketUrl === null) return
    this.#socket = new PushSocket(socketUrl, () => ticket(client), {
      sessions: (sessions, snapshot) => {
        pushed.sessions(sessions, snapshot)
        for (const listener of this.#listeners) listener(sessions)
      },
      erased: (viewerId) => pushed.erased(viewerId),
      state: (state) => {
        this.state.value = state
        if (state === 'open' || state === 'blocked') this.#settled.value = true
      },
    })
  }

  /** The socket is still to say for the first time whether it gets through. */
  get settling(): boolean {
    return this.#socket !== null && this.scope.value !== null && !this.#settled.value
  }

  /** The list's scope while it is pushed. */
  get open(): Scope | null {
    return this.state.value === 'open' ? this.scope.value : null
  }

  start(): void {
    this.#socket?.start()
    setTimeout(() => {
      this.#settled.value = true
    }, SETTLED_AFTER_MS)
  }

  stop(): void {
    this.#socket?.stop()
  }

  retryNow(): void {
    this.#socket?.retryNow()
  }

  /** Subscribes to what suits the view and so many live sessions; null: not known yet. */
  choose(wanted: Parameters<typeof choosePush>[0], live: number | null): void {
    const before = this.scope.value
    const scope = choosePush(wanted, live, before)
    if (sameScope(scope, before)) return
    this.scope.value = scope
    if (before !== null) this.#socket?.unsubscribe(before)
    if (scope !== null) this.#socket?.subscribe(scope)
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
}

async function ticket(client: ApiClient): Promise<string> {
  const answer = await client.ask('/v1/socket-tickets', {})
  const found = text(object(answer.body)?.ticket)
  if (found === null) throw new ApiFailure('refused', null, 'No ticket in the answer.')
  return found
}
