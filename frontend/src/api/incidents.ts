import { fields, list, number, text, time } from './decode'

/** An alert that came true for a part of the audience, from the minute that opened it until it was over. */
export interface Incident {
  id: string
  alert: string
  metric: string
  direction: 'above' | 'below'
  /** Null: the whole audience. */
  by: string | null
  value: string | null
  /** What people call the value. */
  label: string | null
  /** Null: all titles. */
  mediaId: string | null
  /** ms since 1970. */
  openedAt: number
  /** The worst that the metric has been, and where it begins to be bad. */
  worst: number
  threshold: number
  minutes: number
  acknowledged: boolean
  /** Some of those whom it hits now. */
  viewers: string[]
}

export interface Incidents {
  open: Incident[]
  /** There are more than these. */
  more: boolean
  /** Counting is behind: figures are old, and no incident opens meanwhile. */
  dataLate: boolean
}

function readIncident(value: unknown): Incident | null {
  const incident = fields<'Incident'>(value)
  const scope = fields<'IncidentScope'>(incident?.scope)
  const id = text(incident?.id)
  const metric = text(incident?.metric)
  const openedAt = time(incident?.opened_at)
  if (incident === null || id === null || metric === null || openedAt === null) return null
  if (incident.state !== 'open') return null
  return {
    id,
    alert: text(incident.alert) ?? metric,
    metric,
    direction: incident.direction === 'below' ? 'below' : 'above',
    by: text(scope?.by),
    value: text(scope?.value),
    label: text(scope?.label),
    mediaId: text(scope?.media_id),
    openedAt,
    worst: number(incident.value) ?? 0,
    threshold: number(incident.threshold) ?? 0,
    minutes: number(incident.minutes) ?? 0,
    acknowledged: incident.acknowledged === true,
    viewers: list(incident.viewers).filter((each) => typeof each === 'string'),
  }
}

export function readIncidents(value: unknown): Incidents | null {
  const page = fields<'IncidentPage'>(value)
  if (page === null || !Array.isArray(page.incidents)) return null
  return {
    open: list(page.incidents).flatMap((each) => readIncident(each) ?? []),
    more: text(page.next_cursor) !== null,
    dataLate: page.data_late === true,
  }
}
