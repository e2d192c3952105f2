export type ConnectionKind = 'starting' | 'live' | 'polling' | 'reconnecting' | 'away' | 'signed-out'

export interface ConnectionFacts {
  signedOut: boolean
  /** Changes of the rows in view are pushed. */
  pushed: boolean
  /** When the newest answer or message came, ms; 0 for never. */
  lastHeard: number
  /** Since when reads have failed, ms; null while they succeed. */
  failingSince: number | null
}

const WORDS: Record<ConnectionKind, string> = {
  starting: 'Connecting',
  live: 'Live',
  polling: 'Polling every 2 s',
  reconnecting: 'Reconnecting',
  away: 'Service away',
  'signed-out': 'Signed out',
}

/** A shorter cut isn't worth a banner: the page says "Reconnecting" and goes on. */
const AWAY_AFTER_MS = 5000

export function connectionKind(facts: ConnectionFacts, now: number): ConnectionKind {
  if (facts.signedOut) return 'signed-out'
  if (facts.failingSince !== null)
    return facts.lastHeard === 0 || now - facts.failingSince >= AWAY_AFTER_MS ? 'away' : 'reconnecting'
  if (facts.lastHeard === 0) return 'starting'
  return facts.pushed ? 'live' : 'polling'
}

export function connectionWord(kind: ConnectionKind): string {
  return WORDS[kind]
}
