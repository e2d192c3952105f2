/** The words and colours of a session's status. The back-end decides the status; this page only shows it. */
export const STATUSES = [
  'WATCHING_VIDEO',
  'WATCHING_AD',
  'BUFFERING_VIDEO',
  'PAUSED_VIDEO',
  'READY',
  'COMPLETED_VIDEO',
  'FAILED_VIDEO',
] as const

export type Status = (typeof STATUSES)[number]

const WORDS: Record<Status, string> = {
  WATCHING_VIDEO: 'Playing',
  WATCHING_AD: 'In an ad',
  BUFFERING_VIDEO: 'Buffering',
  PAUSED_VIDEO: 'Paused',
  READY: 'Ready',
  COMPLETED_VIDEO: 'Finished',
  FAILED_VIDEO: 'Failed',
}

const TONES: Record<Status, string> = {
  WATCHING_VIDEO: 'watching',
  WATCHING_AD: 'ad',
  BUFFERING_VIDEO: 'buffering',
  PAUSED_VIDEO: 'paused',
  READY: 'ready',
  COMPLETED_VIDEO: 'completed',
  FAILED_VIDEO: 'failed',
}

export function isStatus(value: unknown): value is Status {
  return STATUSES.includes(value as Status)
}

export function statusWord(status: Status): string {
  return WORDS[status]
}

/** The name of the status's colours in base.css. */
export function statusTone(status: Status): string {
  return TONES[status]
}

export function statusRank(status: Status): number {
  return STATUSES.indexOf(status)
}

/** Watching now: the picture is moving, or meant to. */
export function isWatching(status: Status): boolean {
  return status === 'WATCHING_VIDEO' || status === 'WATCHING_AD' || status === 'BUFFERING_VIDEO'
}

/** Rows by the status of the session that speaks for each. */
export function countRows(rows: Iterable<{ session: { status: Status } }>): Record<Status, number> {
  const counts = Object.fromEntries(STATUSES.map((status) => [status, 0])) as Record<Status, number>
  for (const { session } of rows) counts[session.status] += 1
  return counts
}
