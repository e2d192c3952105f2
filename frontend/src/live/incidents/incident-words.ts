import type { Incident } from '../../api/incidents'
import { shownText } from '../../outside-text'
import { dimensionWord, valueWord } from '../dimension-words'
import { percent } from '../experience'
import type { ViewState } from '../view-state'

/** The figures that an alert can be about, by Mux's names where Mux has them. */
const METRICS: Record<string, string> = {
  watching_now: 'Watching now',
  sessions: 'Sessions seen',
  attempts: 'Attempts to play',
  starts: 'Starts',
  start_up_p50_s: 'Video startup time, median',
  start_up_p95_s: 'Video startup time, p95',
  rebuffer_ratio: 'Rebuffer percentage',
  exits_before_start: 'Exits before video start',
  failed: 'Playback failures',
  left_buffering: 'Left buffering',
}

function figure(metric: string, value: number): string {
  if (metric.endsWith('_ratio')) return percent(value)
  if (metric.endsWith('_s')) return `${value.toFixed(1)} s`
  return value.toLocaleString(undefined, { maximumFractionDigits: 1 })
}

/** Whom an incident hits: "CDN west", "Everyone", "CDN west · Night train". */
export function incidentScope(
  { by, value, label, mediaId }: Incident,
  titleOf: (id: string) => string,
): string {
  const title = mediaId === null || by === 'title' ? [] : [shownText(titleOf(mediaId))]
  if (by === null || value === null) return title[0] ?? 'Everyone'
  const name =
    by === 'title'
      ? shownText(label ?? titleOf(value))
      : `${dimensionWord(by)} ${valueWord(by, value, label)}`
  return [name, ...title].join(' · ')
}

/** "Rebuffer percentage up to 12 %, above 5.0 %" */
export function incidentFigure({ metric, worst, threshold, direction }: Incident): string {
  const name = METRICS[metric] ?? shownText(metric)
  const reached = direction === 'above' ? 'up to' : 'down to'
  return `${name} ${reached} ${figure(metric, worst)}, ${direction} ${figure(metric, threshold)}`
}

/** The filters of those whom an incident hits. */
export function incidentFilters({
  by,
  value,
  mediaId,
}: Incident): Pick<ViewState, 'mediaId' | 'dimensions' | 'q' | 'status' | 'experience'> {
  const none = { q: '', status: null, experience: null }
  if (by === 'title') return { ...none, mediaId: value, dimensions: {} }
  return { ...none, mediaId, dimensions: by === null || value === null ? {} : { [by]: value } }
}
