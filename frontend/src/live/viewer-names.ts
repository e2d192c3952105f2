/** An id that a tracker or the collector made up: a UUID, as Snowplow's domain_userid and network_userid are. */
const MADE_UP = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** A viewer's id as people read it: nobody's name is in a UUID, so eight digits tell such viewers apart. */
export function viewerName(viewerId: string): string {
  return MADE_UP.test(viewerId) ? `Anonymous, ${viewerId.slice(0, 8).toLowerCase()}` : viewerId
}
