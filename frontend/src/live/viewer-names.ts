import { shownId } from '../outside-text'

/** An id that a tracker or the collector made up: a UUID, as Snowplow's domain_userid and network_userid are. */
const MADE_UP = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** An id chosen to look like the name of such a viewer, in quotation marks or not. */
const LOOKS_MADE_UP = /^“*Anonymous, [0-9a-f]{8}”*$/i

/** A viewer's id as people read it: nobody's name is in a UUID, so eight digits tell such viewers apart. */
export function viewerName(viewerId: string): string {
  if (MADE_UP.test(viewerId)) return `Anonymous, ${viewerId.slice(0, 8).toLowerCase()}`
  const shown = shownId(viewerId)
  return LOOKS_MADE_UP.test(shown) ? `“${shown}”` : shown
}
