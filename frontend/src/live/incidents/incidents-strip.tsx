import { useState } from 'preact/hooks'
import { type ApiClient, ApiFailure } from '../../api/client'
import { type Incident, type Incidents, readIncidents } from '../../api/incidents'
import { type Question, useReading } from '../data/reading'
import type { Screen } from '../screen'
import { dayAndTime, toTheSecond } from '../times-of-day'
import { changeView, openViewer } from '../view'
import { viewerName } from '../viewer-names'
import { incidentFigure, incidentFilters, incidentScope } from './incident-words'
import css from './incidents-strip.module.css'

const OPEN: Question<Incidents> = {
  key: 'open',
  path: '/v1/incidents',
  query: () => ({ state: 'open' }),
  read: readIncidents,
  everyMs: 10_000,
}
/** More than these are folded away. */
const SHOWN = 3

/** What is going wrong now by the stage's alerts: each leads to its figures and to its viewers. */
export function IncidentsStrip({ client, screen }: { client: ApiClient; screen: Screen }) {
  const reading = useReading(client, OPEN)
  const [all, showAll] = useState(false)
  const incidents = reading.answer.value
  if (incidents === null || (incidents.open.length === 0 && !incidents.dataLate)) return null
  const { asOf } = screen.connection.value
  const folded = incidents.open.length > SHOWN && !all
  return (
    <section
      class={`${css.strip} ${asOf === null ? '' : css.still}`}
      aria-label="Incidents"
      data-testid="incidents"
    >
      {incidents.dataLate && (
        <p class="notice" role="status" data-testid="data-late">
          Counting is late: figures are behind, and no incident opens meanwhile.
        </p>
      )}
      <div role="status">
        <ul class={css.list}>
          {(folded ? incidents.open.slice(0, SHOWN) : incidents.open).map((incident) => (
            <li key={incident.id} class={css.item}>
              <OneIncident
                incident={incident}
                client={client}
                screen={screen}
                onChange={() => reading.retryNow()}
              />
            </li>
          ))}
        </ul>
      </div>
      {(folded || incidents.more) && (
        <p class="small">
          {folded && (
            <button type="button" class="button" data-testid="more-incidents" onClick={() => showAll(true)}>
              {incidents.open.length - SHOWN} more
            </button>
          )}{' '}
          {incidents.more && <span class="quiet">There are more than can be listed here.</span>}
        </p>
      )}
    </section>
  )
}

function OneIncident({
  incident,
  client,
  screen,
  onChange,
}: {
  incident: Incident
  client: ApiClient
  screen: Screen
  onChange: () => void
}) {
  const [failure, setFailure] = useState<string | null>(null)
  const titleOf = (mediaId: string) =>
    screen.titles.value.find((title) => title.mediaId === mediaId)?.title ?? mediaId
  const { acknowledged, by, minutes, openedAt, viewers } = incident
  const scope = incidentScope(incident, titleOf)
  const filters = incidentFilters(incident)
  const acknowledge = async () => {
    setFailure(null)
    try {
      await client.change(`/v1/incidents/${encodeURIComponent(incident.id)}`, { acknowledged: true })
      onChange()
    } catch (error) {
      setFailure(error instanceof ApiFailure ? error.message : 'It could not be acknowledged.')
    }
  }
  return (
    <div
      class={`${css.incident} tone-${acknowledged ? 'paused' : 'failed'}`}
      data-testid="incident"
      data-acknowledged={acknowledged}
    >
      <p class={css.words}>
        <span class="dot" aria-hidden="true" />{' '}
        <strong>
          <bdi>{scope}</bdi>
        </strong>{' '}
        {incidentFigure(incident)}{' '}
        <span class="quiet small" title={dayAndTime(openedAt)}>
          since {toTheSecond(openedAt)} · {minutes === 1 ? '1 bad minute' : `${minutes} bad minutes`}
        </span>
      </p>
      <div class={css.actions}>
        <button
          type="button"
          class="button"
          aria-label={`Breakdown: ${scope}`}
          data-testid="incident-breakdown"
          onClick={() => changeView({ ...filters, ...(by === null ? {} : { by }), show: 'audience' })}
        >
          Breakdown
        </button>
        <button
          type="button"
          class="button"
          aria-label={`Viewers: ${scope}`}
          data-testid="incident-viewers"
          onClick={() => changeView({ ...filters, show: 'viewers' })}
        >
          Viewers
        </button>
        {acknowledged ? (
          <span class="quiet small">Acknowledged</span>
        ) : (
          <button
            type="button"
            class="button"
            aria-label={`Acknowledge: ${scope}`}
            data-testid="acknowledge"
            onClick={() => void acknowledge()}
          >
            Acknowledge
          </button>
        )}
      </div>
      {viewers.length > 0 && (
        <details class={css.viewers}>
          <summary>{viewers.length === 1 ? '1 viewer hit' : `Some of those hit: ${viewers.length}`}</summary>
          <ul>
            {viewers.map((viewerId) => (
              <li key={viewerId}>
                <button
                  type="button"
                  class={css.viewer}
                  data-testid="incident-viewer"
                  onClick={() => openViewer(viewerId)}
                >
                  <bdi>{viewerName(viewerId)}</bdi>
                </button>
              </li>
            ))}
          </ul>
        </details>
      )}
      {failure !== null && (
        <p class="small" role="alert" data-testid="acknowledge-failure">
          {failure}
        </p>
      )}
    </div>
  )
}
