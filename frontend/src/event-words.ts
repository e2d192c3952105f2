import type { TimelineEvent } from './api/viewer'
import { clock } from './durations'
import { shownText, shownWithin } from './outside-text'

const WORDS: Record<string, string> = {
  ready: 'Player ready',
  play: 'Play',
  pause: 'Pause',
  end: 'End of the video',
  seek_start: 'Seek began',
  seek_end: 'Seek ended',
  playback_rate_change: 'Speed changed',
  volume_change: 'Volume changed',
  fullscreen_change: 'Full screen changed',
  picture_in_picture_change: 'Picture in picture changed',
  ad_break_start: 'Ad break began',
  ad_break_end: 'Ad break ended',
  ad_start: 'Ad began',
  ad_quartile: 'Ad reached',
  ad_complete: 'Ad seen to its end',
  ad_skip: 'Ad skipped',
  ad_click: 'Ad clicked',
  ad_pause: 'Ad paused',
  ad_resume: 'Ad resumed',
  buffer_start: 'Buffering began',
  buffer_end: 'Buffering ended',
  quality_change: 'Quality changed',
  error: 'Error',
  ping: 'Ping',
  percent_progress: 'Progress reached',
  custom: 'Event of the site’s own',
}

/** A Snowplow media event in words, by its event_name without `_event`. */
export function eventWord(event: string): string {
  return WORDS[event] ?? shownText(event.replaceAll('_', ' '))
}

function shown(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' ? shownWithin(String(value)) : null
}

/** What there is to say of an event beyond its name. */
export function eventDetail(event: TimelineEvent): string {
  const { details, ad } = event
  const rate = shown(details.new_rate)
  const volume = shown(details.new_volume)
  const quality = shown(details.new_quality)
  const progress = shown(details.percent_progress)
  if (event.event.startsWith('ad_') && !event.event.startsWith('ad_break')) {
    const name = shownWithin(ad?.name ?? ad?.id ?? '')
    return progress === null ? name : `${name}${name === '' ? '' : ' · '}${progress} %`
  }
  if (event.event.startsWith('ad_break')) return shownWithin(ad?.breakName ?? '')
  if (rate !== null) return `${rate}×`
  if (volume !== null) return `${volume} %`
  if (quality !== null) return quality
  if (event.event === 'error') return shown(details.error_name) ?? shown(details.error_code) ?? ''
  return event.position === null ? '' : `at ${clock(event.position)}`
}
