import type { BrowserPlugin } from '@snowplow/browser-tracker'

/** One self-describing JSON: an event or an entity. */
export interface SelfDescribing {
  schema: string
  data: unknown
}

export interface SentEvent {
  id: string
  /** Snowplow's event_name, e.g. `play_event`. */
  name: string
  /** When the tracker made it (dvce_created_tstamp), ms. */
  at: number
  position: number | null
  payload: SelfDescribing | null
  entities: SelfDescribing[]
  state: 'queued' | 'sent' | 'failed'
}

type Payload = Record<string, unknown>

function decodeBase64Url(text: string): string {
  const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/'))
  return new TextDecoder().decode(Uint8Array.from(binary, (char) => char.charCodeAt(0)))
}

/** The JSON that a payload carries plain under one key or base64url-encoded under the other. */
function carried(payload: Payload, plain: string, encoded: string): unknown {
  const text =
    typeof payload[plain] === 'string'
      ? payload[plain]
      : typeof payload[encoded] === 'string'
        ? decodeBase64Url(payload[encoded])
        : null
  return text === null ? null : JSON.parse(text)
}

function isSelfDescribing(value: unknown): value is SelfDescribing {
  return typeof value === 'object' && value !== null && typeof (value as SelfDescribing).schema === 'string'
}

/** `iglu:vendor/name/jsonschema/1-0-0` -> `name`. */
export function schemaName(schema: string): string {
  return schema.split('/')[1] ?? schema
}

/** Reads a tracker payload (tracker protocol: e, eid, dtm, ue_pr or ue_px, co or cx); null unless it is a
 * self-describing event. */
export function readPayload(payload: Payload): SentEvent | null {
  if (payload.e !== 'ue' || typeof payload.eid !== 'string') return null
  const outer = carried(payload, 'ue_pr', 'ue_px')
  const inner = isSelfDescribing(outer) && isSelfDescribing(outer.data) ? outer.data : null
  const context = carried(payload, 'co', 'cx')
  const entities =
    isSelfDescribing(context) && Array.isArray(context.data) ? context.data.filter(isSelfDescribing) : []
  const player = entities.find((entity) => schemaName(entity.schema) === 'media_player')?.data as
    | { currentTime?: number }
    | undefined
  return {
    id: payload.eid,
    name: inner ? schemaName(inner.schema) : 'unknown',
    at: Number(payload.dtm) || Date.now(),
    position: player?.currentTime ?? null,
    payload: inner,
    entities,
    state: 'queued',
  }
}

/** A tracker plugin that tells of every event the tracker takes, as the tracker encoded it. */
export function watchEvents(onEvent: (event: SentEvent) => void): BrowserPlugin {
  return {
    afterTrack: (payload) => {
      const event = readPayload(payload)
      if (event !== null) onEvent(event)
    },
  }
}
