import type { Scope } from '../../api/push-socket'

/**
 * Live sessions up to which all of them are pushed: as many as a snapshot holds, and few enough changes that messages
 * stay rare. Left again beyond it, taken up again a fifth below, so that an audience around it doesn't flip.
 */
export const MOST_PUSHED = 500
export const PUSHED_AGAIN = 400

/** What of the view decides about push. */
export interface Watched {
  mediaId: string | null
  /** The feed of everyone's changes is open. */
  feed: boolean
}

/**
 * What the list is subscribed to; null: it is polled. Pushes of a large audience cost more than polling it, so a page
 * asks for everyone's changes only while few are live or the reader has the feed open; for a title's while the view is
 * narrowed to it. `live` is the service's count of live sessions, null while it is unknown.
 */
export function choosePush(watched: Watched, live: number | null, before: Scope | null): Scope | null {
  if (watched.feed) return { scope: 'overview' }
  if (watched.mediaId !== null) return { scope: 'title', media_id: watched.mediaId }
  const most = before?.scope === 'overview' ? MOST_PUSHED : PUSHED_AGAIN
  return live !== null && live <= most ? { scope: 'overview' } : null
}

export function sameScope(a: Scope | null, b: Scope | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
