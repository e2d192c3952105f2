/** What the tracker says of a request that failed. */
export interface Refusal {
  events?: unknown
  status?: number
  willRetry?: boolean
}

/** Why a collector didn’t take events, as a sentence. */
export function refusalWords(collector: string, { status, willRetry }: Refusal): string {
  const what = status ? `${collector} answered ${status}.` : `${collector} didn’t answer.`
  return `${what} ${willRetry ? 'The tracker sends these events again by itself.' : 'Is that the collector’s address, and is it running?'}`
}

/** The ids of the events of a request. */
export function eventIds(batch: unknown): string[] {
  if (!Array.isArray(batch)) return []
  return batch.flatMap((payload: unknown) => {
    const id =
      typeof payload === 'object' && payload !== null ? (payload as { eid?: unknown }).eid : undefined
    return typeof id === 'string' ? [id] : []
  })
}
