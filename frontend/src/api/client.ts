/** Why a read failed, as the page tells it apart. */
export type FailureKind = 'away' | 'signed-out' | 'forbidden' | 'not-found' | 'refused'

export class ApiFailure extends Error {
  readonly kind: FailureKind
  readonly status: number | null

  constructor(kind: FailureKind, status: number | null, message: string) {
    super(message)
    this.name = 'ApiFailure'
    this.kind = kind
    this.status = status
  }
}

/** Where bearer tokens come from. `renew` is asked once after a 401. */
export interface TokenSource {
  token(): Promise<string | null>
  renew(): Promise<string | null>
}

export const NO_TOKENS: TokenSource = { token: async () => null, renew: async () => null }

export interface Answer {
  /** The parsed body; the same object as last time where the content hasn't changed. */
  body: unknown
  changed: boolean
}

const TIMEOUT_MS = 10_000
const ETAGS_KEPT = 20

/** The HTTP API: one retry after an expired token, ETags kept by address, and every failure an ApiFailure. */
export class ApiClient {
  #base: string
  #tokens: TokenSource
  #known = new Map<string, { etag: string; body: unknown; question: string | undefined }>()
  /** The server's clock minus this one, ms, by the newest answer that carried a time. */
  clockOffset = 0

  constructor(base: string, tokens: TokenSource) {
    this.#base = base
    this.#tokens = tokens
  }

  async get(path: string, query: Record<string, string | null> = {}, signal?: AbortSignal): Promise<Answer> {
    const search = new URLSearchParams()
    for (const [name, value] of Object.entries(query)) if (value !== null) search.set(name, value)
    const address = search.size > 0 ? `${path}?${search}` : path
    return this.#read(address, 'GET', undefined, signal)
  }

  /** A read whose question is too long for an address; it answers with an ETag as well. */
  async ask(path: string, question: unknown, signal?: AbortSignal): Promise<Answer> {
    return this.#read(path, 'POST', JSON.stringify(question), signal)
  }

  /** Changes something, and answers with what it is now. */
  async change(path: string, to: unknown): Promise<unknown> {
    const response = await this.#send(path, 'PATCH', JSON.stringify(to), undefined, undefined)
    return response.json().catch(() => null)
  }

  async #read(
    address: string,
    method: string,
    body: string | undefined,
    signal?: AbortSignal,
  ): Promise<Answer> {
    const kept = this.#known.get(address)
    const known = kept?.question === body ? kept : undefined
    const response = await this.#send(address, method, body, known?.etag, signal)
    if (response.status === 304 && known !== undefined) return { body: known.body, changed: false }
    const parsed: unknown = await response.json().catch(() => {
      throw new ApiFailure('away', response.status, 'The service answered with something that is not JSON.')
    })
    this.#learnClock(parsed)
    const etag = response.headers.get('etag')
    this.#known.delete(address)
    // A page further on is asked for under a new cursor every time: keeping it would only cost memory.
    if (etag !== null && !address.includes('cursor=')) {
      this.#known.set(address, { etag, body: parsed, question: body })
      const oldest = this.#known.keys().next().value
      if (this.#known.size > ETAGS_KEPT && oldest !== undefined) this.#known.delete(oldest)
    }
    return { body: parsed, changed: true }
  }

  async #send(
    address: string,
    method: string,
    body: string | undefined,
    etag: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    let token = await this.#tokens.token()
    for (let attempt = 0; ; attempt += 1) {
      const response = await this.#fetch(address, method, body, etag, token, signal)
      if (response.status === 401 && attempt === 0) {
        token = await this.#tokens.renew()
        if (token !== null) continue
      }
      if (response.ok || response.status === 304) return response
      throw await failure(response)
    }
  }

  async #fetch(
    address: string,
    method: string,
    body: string | undefined,
    etag: string | undefined,
    token: string | null,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    const headers: Record<string, string> = { accept: 'application/json' }
    if (token !== null) headers.authorization = `Bearer ${token}`
    if (etag !== undefined) headers['if-none-match'] = etag
    if (body !== undefined) headers['content-type'] = 'application/json'
    const timeout = AbortSignal.timeout(TIMEOUT_MS)
    try {
      return await fetch(this.#base + address, {
        method,
        headers,
        // The ETags are kept here: the browser's cache would answer 304 for us and hide that nothing changed.
        cache: 'no-store',
        credentials: 'omit',
        signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
        ...(body === undefined ? {} : { body }),
      })
    } catch (error) {
      if (signal?.aborted) throw error
      throw new ApiFailure('away', null, 'The service can’t be reached.')
    }
  }

  #learnClock(body: unknown): void {
    const asOf = (body as { as_of?: unknown } | null)?.as_of
    const ms = typeof asOf === 'string' ? Date.parse(asOf) : Number.NaN
    if (Number.isNaN(ms)) return
    const offset = ms - Date.now()
    // An answer takes a while and may be a second old: only a clock that is really off is corrected.
    this.clockOffset = Math.abs(offset) > 5000 ? offset : 0
  }
}

async function failure(response: Response): Promise<ApiFailure> {
  const problem = (await response.json().catch(() => null)) as { title?: unknown; detail?: unknown } | null
  const detail = typeof problem?.detail === 'string' ? problem.detail : problem?.title
  const message = typeof detail === 'string' ? detail : `The service answered ${response.status}.`
  const kinds: Record<number, FailureKind> = { 401: 'signed-out', 403: 'forbidden', 404: 'not-found' }
  const kind =
    kinds[response.status] ?? (response.status >= 500 || response.status === 429 ? 'away' : 'refused')
  return new ApiFailure(kind, response.status, message)
}
