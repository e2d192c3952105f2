import { signal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { type ApiClient, ApiFailure } from '../../api/client'
import { Polling } from './polling'

/** Something to be read again and again. */
export interface Question<Answer> {
  /** Tells questions apart: the answer to another one isn't shown meanwhile. */
  key: string
  path: string
  /** The parameters at a time of the service's clock, ms. */
  query: (now: number) => Record<string, string | null>
  /** Reads the answer to these parameters. Null: it makes no sense. */
  read: (body: unknown, query: Record<string, string | null>) => Answer | null
  everyMs: number
}

/** The newest answer to a question, and whether it can be had. Asking another one forgets both. */
export class Reading<Answer> {
  readonly answer = signal<Answer | null>(null)
  readonly failure = signal<ApiFailure | null>(null)
  /** When the answer came, by this machine's clock, ms; 0 for never. */
  readonly heardAt = signal(0)

  #client: ApiClient
  #stop = new AbortController()
  #polling: Polling | null = null

  constructor(client: ApiClient) {
    this.#client = client
  }

  ask(question: Question<Answer>): void {
    this.stop()
    this.answer.value = null
    this.failure.value = null
    this.heardAt.value = 0
    const stop = new AbortController()
    this.#stop = stop
    const read = async () => {
      try {
        const query = question.query(Date.now() + this.#client.clockOffset)
        const { body } = await this.#client.get(question.path, query, stop.signal)
        if (stop.signal.aborted) return
        const value = question.read(body, query)
        if (value === null) throw new ApiFailure('away', null, 'The service’s answer made no sense.')
        this.answer.value = value
        this.failure.value = null
        this.heardAt.value = Date.now()
      } catch (error) {
        if (!stop.signal.aborted && error instanceof ApiFailure) this.failure.value = error
        throw error
      }
    }
    this.#polling = new Polling(read, () => document.hidden, question.everyMs)
    void this.#polling.run(stop.signal)
  }

  retryNow(): void {
    this.#polling?.retryNow()
  }

  stop(): void {
    this.#stop.abort()
  }
}

/** A reading that asks as the component says, until it goes. */
export function useReading<Answer>(client: ApiClient, question: Question<Answer> | null): Reading<Answer> {
  const reading = useMemo(() => new Reading<Answer>(client), [client])
  useEffect(() => {
    if (question !== null) reading.ask(question)
    return () => reading.stop()
  }, [reading, question?.key])
  return reading
}
