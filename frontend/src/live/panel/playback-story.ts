import type { TimelineEvent } from '../../api/viewer'
import { shownWithin } from '../../outside-text'

/** A stretch of the video that was played, by content position. */
export interface Span {
  from: number
  to: number
}

export interface Mark {
  kind: 'ad' | 'pause' | 'buffering' | 'error' | 'end'
  /** Content position, seconds. */
  at: number
  /** What it was, in words. */
  words: string
}

export interface Seek {
  from: number
  to: number
}

/** What a session did, laid along the video's length. */
export interface PlaybackStory {
  spans: Span[]
  marks: Mark[]
  seeks: Seek[]
}

const SAME_PLACE_S = 1.5
const FASTEST_RATE = 4
const MOVED_ON_S = 0.5
const SEEKS = new Set(['seek_start', 'seek_end'])
// Players wait for a moment at each start and seek; shorter than this nobody sees it.
const SHORTEST_STALL_MS = 250

function seconds(ms: number): string {
  const value = ms / 1000
  return value < 10 ? `${value.toFixed(1)} s` : `${Math.round(value)} s`
}

/** Whether the playhead can have come from one position to another by playing for so long. */
function isPlayedTo(from: number, to: number, seconds: number): boolean {
  return to > from - SAME_PLACE_S && to < from + seconds * FASTEST_RATE + SAME_PLACE_S
}

/** Whether a playhead reckoned to be past the end is where a loop has brought it. */
function hasLooped(at: number, reckoned: number, duration: number | null): boolean {
  if (duration === null || duration <= 0 || reckoned < duration) return false
  return Math.abs(at - (reckoned % duration)) < 2 * SAME_PLACE_S
}

/**
 * Reads the events of one session, oldest first. `playhead` is where it stands now: the end of a stretch still
 * playing. Each event's position is the player's own, so stretches are exact but for what happened between events.
 * A stretch ends with each event that shows that playing stopped (its status isn't that of playing content) or that
 * the playhead jumped: a seek, with or without a word of its start, or a loop.
 */
export function playbackStory(
  events: readonly TimelineEvent[],
  playhead: number | null,
  duration: number | null,
): PlaybackStory {
  const spans: Span[] = []
  const marks: Mark[] = []
  const seeks: Seek[] = []
  let playingFrom: number | null = null
  let seekFrom: number | null = null
  let last = 0
  let lastTime = events[0]?.at ?? 0
  let buffering: { at: number; since: number } | null = null
  // Stalls and errors may be over without a word: then the playhead that moves on shows it.
  let mayGoOn = false
  let pausedFor: Mark | null = null
  let adBreak: { mark: Mark; ads: string[] } | null = null

  const stopAt = (position: number) => {
    if (playingFrom !== null && position > playingFrom) spans.push({ from: playingFrom, to: position })
    playingFrom = null
  }
  for (const event of events) {
    const at = event.position ?? last
    const elapsed = (event.at - lastTime) / 1000
    // Where the playhead is just before the event, if it wasn't sent: the event's own position may be the target.
    const reckoned = playingFrom === null ? last : last + elapsed
    if (mayGoOn && !SEEKS.has(event.event) && at - last > MOVED_ON_S && isPlayedTo(last, at, elapsed)) {
      playingFrom = last
      if (buffering !== null) marks.push({ kind: 'buffering', at: buffering.at, words: 'Buffering' })
      buffering = null
    }
    if (event.event === 'seek_start') {
      // A <video> says "seeking" when its position is the target already: where it left from is then reckoned.
      seekFrom = Math.abs(at - reckoned) < SAME_PLACE_S ? at : reckoned
      stopAt(seekFrom)
      last = at
      lastTime = event.at
      continue
    }
    if (event.event === 'seek_end') {
      seekFrom ??= playingFrom !== null && isPlayedTo(last, at, elapsed) ? at : reckoned
      stopAt(seekFrom)
      if (Math.abs(at - seekFrom) >= SAME_PLACE_S) seeks.push({ from: seekFrom, to: at })
      seekFrom = null
    } else if (
      playingFrom !== null &&
      (hasLooped(at, reckoned, duration) || !isPlayedTo(last, at, elapsed))
    ) {
      stopAt(Math.min(reckoned, duration ?? reckoned))
    }
    if (event.status === 'WATCHING_VIDEO') playingFrom ??= at
    else stopAt(at)
    mayGoOn = event.status === 'BUFFERING_VIDEO' || event.status === 'FAILED_VIDEO'
    if (buffering !== null && event.status !== 'BUFFERING_VIDEO') {
      const waited = event.at - buffering.since
      if (waited >= SHORTEST_STALL_MS)
        marks.push({ kind: 'buffering', at: buffering.at, words: `Buffering for ${seconds(waited)}` })
      buffering = null
    }
    switch (event.event) {
      case 'play':
        pausedFor = null
        break
      case 'pause':
        // Players pause for ads and errors too, and that is no choice of the viewer's.
        if (event.status !== 'PAUSED_VIDEO' && event.status !== 'COMPLETED_VIDEO') break
        pausedFor = { kind: 'pause', at, words: 'Paused' }
        marks.push(pausedFor)
        break
      case 'end':
        // Every player reports a pause at its end: that was no choice of the viewer's.
        if (pausedFor !== null && Math.abs(pausedFor.at - at) < 1) marks.splice(marks.indexOf(pausedFor), 1)
        marks.push({ kind: 'end', at, words: 'Watched to the end' })
        break
      case 'buffer_start':
        if (event.status === 'BUFFERING_VIDEO') buffering ??= { at, since: event.at }
        break
      case 'ad_break_start': {
        // The content is paused for the break by the player, not by the viewer.
        if (pausedFor !== null && Math.abs(pausedFor.at - at) < 1) marks.splice(marks.indexOf(pausedFor), 1)
        pausedFor = null
        adBreak = { mark: { kind: 'ad', at, words: 'Ad break' }, ads: [] }
        marks.push(adBreak.mark)
        break
      }
      case 'ad_start': {
        if (adBreak === null) {
          adBreak = { mark: { kind: 'ad', at, words: 'Ad' }, ads: [] }
          marks.push(adBreak.mark)
        }
        adBreak.ads.push(shownWithin(event.ad?.name ?? event.ad?.id ?? 'ad'))
        adBreak.mark.words = `Ads: ${adBreak.ads.join(', ')}`
        break
      }
      case 'ad_skip':
      case 'ad_click':
        if (adBreak !== null) adBreak.mark.words += event.event === 'ad_skip' ? ' (skipped)' : ' (clicked)'
        break
      case 'ad_break_end':
        adBreak = null
        break
      case 'error':
        marks.push({
          kind: 'error',
          at,
          words: `Error: ${shownWithin(String(event.details.error_name ?? event.details.error_code ?? 'unknown'))}`,
        })
        break
    }
    last = at
    lastTime = event.at
  }
  if (buffering !== null) marks.push({ kind: 'buffering', at: buffering.at, words: 'Buffering' })
  if (mayGoOn && playhead !== null && playhead - last > MOVED_ON_S) playingFrom = last
  if (playingFrom !== null && playhead !== null) {
    if (duration !== null && playhead < playingFrom - SAME_PLACE_S) {
      stopAt(duration)
      playingFrom = 0
    }
    stopAt(playhead)
  }
  const most = duration ?? Number.POSITIVE_INFINITY
  return {
    spans: spans.map((span) => ({ from: Math.min(span.from, most), to: Math.min(span.to, most) })),
    marks: marks.map((mark) => ({ ...mark, at: Math.min(mark.at, most) })),
    seeks,
  }
}
