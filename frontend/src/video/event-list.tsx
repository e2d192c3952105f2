import { useState } from 'preact/hooks'
import { clock } from '../durations'
import { eventWord } from '../event-words'
import css from './event-list.module.css'
import { type SelfDescribing, type SentEvent, schemaName } from './sent-events'

const STATE_WORDS = { queued: 'waiting', sent: 'sent', failed: 'not taken' } as const
const STATE_CLASS = {
  queued: css.eventStateQueued,
  sent: css.eventStateSent,
  failed: css.eventStateFailed,
}

function time(ms: number): string {
  return new Date(ms).toLocaleTimeString([], { hour12: false })
}

/** What the tracker made, newest first; an event opens to its payload and entities. */
export function EventList({
  events,
  total,
  refusal,
}: {
  events: SentEvent[]
  total: number
  /** Why the newest events weren't taken; null while they are. */
  refusal: string | null
}) {
  return (
    <section class="card" aria-labelledby="events-heading">
      <header class="card-head">
        <h2 id="events-heading">Events sent</h2>
        <span class="quiet" data-testid="event-count">
          {total}
        </span>
      </header>
      {refusal !== null && (
        <p class={`notice ${css.refusal}`} role="status" data-testid="refusal">
          Not taken: {refusal}
        </p>
      )}
      {events.length === 0 ? (
        <p class="empty-note">
          Nothing yet. Press play, and each event shows up here as the tracker sends it.
        </p>
      ) : (
        <ol class={css.eventList} data-testid="events">
          {events.map((event) => (
            <Event key={event.id} event={event} />
          ))}
        </ol>
      )}
    </section>
  )
}

function Event({ event }: { event: SentEvent }) {
  const [open, setOpen] = useState(false)
  return (
    <li class={css.event} data-testid="event" data-event-name={event.name} data-state={event.state}>
      <button type="button" class={css.eventHead} aria-expanded={open} onClick={() => setOpen(!open)}>
        <span class={css.eventName}>
          {eventWord(event.name.replace(/_event$/, ''))} <small class="quiet">{event.name}</small>
        </span>
        <span>{event.position === null ? '' : clock(event.position)}</span>
        <span class="quiet">{time(event.at)}</span>
        <span class={`${css.eventState} ${STATE_CLASS[event.state]}`}>{STATE_WORDS[event.state]}</span>
      </button>
      {open && (
        <div class={css.eventBody}>
          {event.payload !== null && <Json title="Event" json={event.payload} />}
          {event.entities.map((entity, index) => (
            <Json key={`${entity.schema}#${index}`} title={schemaName(entity.schema)} json={entity} />
          ))}
        </div>
      )}
    </li>
  )
}

function Json({ title, json }: { title: string; json: SelfDescribing }) {
  return (
    <div class={css.json}>
      <p class={css.jsonTitle}>
        {title} <span class="quiet">{json.schema}</span>
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
      <pre tabIndex={0}>{JSON.stringify(json.data, null, 2)}</pre>
    </div>
  )
}
