export type ConnectionKind = 'starting' | 'live' | 'polling' | 'reconnecting' | 'away' | 'signed-out'

export interface ConnectionFacts {
  signedOut: boolean
  /** Changes of the rows in view are pushed. */
  pushed: boolean
  /** When the newest answer or message came, ms; 0 for never. */
  lastHeard: number
  /** Whether a socket is still to say if it gets through: until then nothing is claimed about it. */
  settling: boolean
  /** Rows have been read. */
  loaded: boolean
  /** Since when reads have failed, ms; null while they succeed. */
  failingSince: number | null
  /** What is shown stands still, see `standsStill`. */
  still: boolean
}

const WORDS: Record<ConnectionKind, string> = {
  starting: 'Connecting',
  live: 'Live',
  polling: 'Live, every 2 s',
  reconnecting: 'Reconnecting',
  away: 'Service away',
  'signed-out': 'Signed out',
}

/** Age of the newest word from the service, ms, from which the page no longer calls itself live. */
const STILL_AFTER_MS = 5000
/** A hidden tab reads every 15 s. */
const HIDDEN_STILL_AFTER_MS = 20_000

/**
 * Whether what is shown is too old to go on: leases and playheads then stand still at the last word heard, so that an
 * outage doesn't look like the audience leaving. `lastHeard` is 0 before the first word.
 */
export function standsStill(lastHeard: number, now: number, hidden: boolean): boolean {
  return lastHeard !== 0 && now - lastHeard > (hidden ? HIDDEN_STILL_AFTER_MS : STILL_AFTER_MS)
}

/** A shorter cut isn't worth a banner: the page says "Reconnecting" and goes on. */
const AWAY_AFTER_MS = 5000

export function connectionKind(facts: ConnectionFacts, now: number): ConnectionKind {
  if (facts.signedOut) return 'signed-out'
  if (facts.failingSince !== null)
    return facts.lastHeard === 0 || now - facts.failingSince >= AWAY_AFTER_MS ? 'away' : 'reconnecting'
  if (!facts.loaded || (facts.settling && !facts.pushed)) return 'starting'
  if (facts.still) return 'reconnecting'
  return facts.pushed ? 'live' : 'polling'
}

export function connectionWord(kind: ConnectionKind): string {
  return WORDS[kind]
}
