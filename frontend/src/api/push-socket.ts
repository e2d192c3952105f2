import { list, number, object, readSessions, text } from './decode'
import type { MediaSession } from './media-session'

export type Scope =
  | { scope: 'overview' }
  | { scope: 'title'; media_id: string }
  | { scope: 'viewer'; viewer_id: string }

/** `blocked`: tried and not getting through; the page polls until it does. */
export type PushState = 'off' | 'connecting' | 'open' | 'blocked'

export interface PushHandlers {
  sessions(sessions: MediaSession[], snapshot: boolean): void
  erased(viewerId: string): void
  state(state: PushState): void
}

const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 30_000
const OPENING_MS = 8000
/** An idle connection is cut after ten minutes. */
const PING_MS = 5 * 60_000

export type Message =
  | { type: 'sessions'; snapshot: boolean; sessions: MediaSession[] }
  | { type: 'erased'; viewerId: string }
  | { type: 'error'; code: string }

/** Reads one message of the socket; null for what this page doesn't know. */
export function readMessage(data: unknown): Message | null {
  if (typeof data !== 'string') return null
  let parsed: unknown
  try {
    parsed = JSON.parse(data)
  } catch {
    return null
  }
  const message = object(parsed)
  if (message === null) return null
  if (message.type === 'snapshot' || message.type === 'sessions')
    return {
      type: 'sessions',
      snapshot: message.type === 'snapshot',
      sessions: readSessions(list(message.sessions)),
    }
  const viewerId = text(message.viewer_id)
  if (message.type === 'erased' && viewerId !== null) return { type: 'erased', viewerId }
  if (message.type === 'error')
    return { type: 'error', code: text(message.code) ?? String(number(message.code) ?? 'unknown') }
  return null
}

function scopeKey(scope: Scope): string {
  if (scope.scope === 'title') return `title ${scope.media_id}`
  return scope.scope === 'viewer' ? `viewer ${scope.viewer_id}` : 'overview'
}

/** One WebSocket with all of the page's subscriptions, opened by a ticket and opened again after every cut. */
export class PushSocket {
  #address: string
  #ticket: () => Promise<string>
  #handlers: PushHandlers
  #scopes = new Map<string, Scope>()
  #socket: WebSocket | null = null
  #failures = 0
  #timer: number | undefined
  #pinging: number | undefined
  #stopped = false
  #attempt = 0

  constructor(address: string, ticket: () => Promise<string>, handlers: PushHandlers) {
    this.#address = address
    this.#ticket = ticket
    this.#handlers = handlers
  }

  start(): void {
    void this.#open()
  }

  stop(): void {
    this.#stopped = true
    this.#drop()
    this.#handlers.state('off')
  }

  /** Asks for what a scope has now and for all that changes in it; lasts over cuts until `unsubscribe`. */
  subscribe(scope: Scope): void {
    this.#scopes.set(scopeKey(scope), scope)
    this.#say('subscribe', scope)
  }

  unsubscribe(scope: Scope): void {
    if (this.#scopes.delete(scopeKey(scope))) this.#say('unsubscribe', scope)
  }

  /** Tries at once, e.g. when the network is back. */
  retryNow(): void {
    if (this.#stopped || this.#socket !== null) return
    window.clearTimeout(this.#timer)
    void this.#open()
  }

  async #open(): Promise<void> {
    this.#attempt += 1
    const attempt = this.#attempt
    if (this.#failures === 0) this.#handlers.state('connecting')
    let ticket: string
    try {
      ticket = await this.#ticket()
    } catch {
      if (attempt === this.#attempt) this.#again()
      return
    }
    if (this.#stopped || attempt !== this.#attempt) return
    let socket: WebSocket
    try {
      const address = new URL(this.#address)
      address.searchParams.set('ticket', ticket)
      socket = new WebSocket(address)
    } catch {
      this.#again()
      return
    }
    this.#socket = socket
    const opening = window.setTimeout(() => socket.close(), OPENING_MS)
    socket.onopen = () => {
      window.clearTimeout(opening)
      this.#failures = 0
      this.#handlers.state('open')
      for (const scope of this.#scopes.values()) this.#say('subscribe', scope)
      this.#pinging = window.setInterval(() => socket.send('{"action":"ping"}'), PING_MS)
    }
    socket.onmessage = (event) => {
      const message = readMessage(event.data)
      if (message?.type === 'sessions') this.#handlers.sessions(message.sessions, message.snapshot)
      else if (message?.type === 'erased') this.#handlers.erased(message.viewerId)
    }
    socket.onclose = () => {
      window.clearTimeout(opening)
      if (this.#socket !== socket) return
      this.#drop()
      if (!this.#stopped) this.#again()
    }
  }

  #say(action: 'subscribe' | 'unsubscribe', scope: Scope): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ action, ...scope }))
  }

  #drop(): void {
    const socket = this.#socket
    this.#socket = null
    this.#attempt += 1
    window.clearTimeout(this.#timer)
    window.clearInterval(this.#pinging)
    socket?.close()
  }

  #again(): void {
    if (this.#stopped) return
    this.#failures += 1
    this.#handlers.state(this.#failures === 1 ? 'connecting' : 'blocked')
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (this.#failures - 1))
    // Spread, so that a thousand pages don't come back in the same instant.
    this.#timer = window.setTimeout(() => void this.#open(), wait * (0.5 + Math.random() / 2))
  }
}
