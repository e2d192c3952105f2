/** The settings of the video page: from the address (`?user=&collector=&ping=&title=&cdn=&anonymous=1`), else from the
 * deployment's config.json, else a made-up viewer for this tab. */
export interface VideoSettings {
  user: string
  collector: string
  ping: number
  title: string | null
  /** The CDN that every event is to name; null: none. */
  cdn: string | null
  anonymous: boolean
}

const DEFAULT_PING_SECONDS = 10

const ADJECTIVES = ['amber', 'brisk', 'calm', 'daring', 'early', 'fond', 'gentle', 'hazel', 'keen', 'quiet']
const NOUNS = ['otter', 'heron', 'maple', 'comet', 'lark', 'cedar', 'falcon', 'willow', 'badger', 'finch']

/** A viewer's name that a person can tell from another's, e.g. `quiet-heron-412`. */
export function makeUpViewer(): string {
  const random = crypto.getRandomValues(new Uint32Array(3))
  const pick = (words: string[], at: number) => words[(random[at] ?? 0) % words.length]
  return `${pick(ADJECTIVES, 0)}-${pick(NOUNS, 1)}-${100 + ((random[2] ?? 0) % 900)}`
}

export function readSettings(
  search: string,
  configured: string | null,
  remembered: string | null,
): VideoSettings {
  const given = new URLSearchParams(search)
  const ping = Number(given.get('ping'))
  return {
    user: given.get('user')?.trim() || remembered || makeUpViewer(),
    collector: given.get('collector')?.trim() || configured || '',
    ping: Number.isFinite(ping) && ping >= 1 && ping <= 300 ? Math.round(ping) : DEFAULT_PING_SECONDS,
    title: given.get('title'),
    cdn: given.get('cdn')?.trim() || null,
    anonymous: given.get('anonymous') === '1',
  }
}

/** The address of this page for these settings. */
export function addressFor(settings: VideoSettings, page: string): string {
  const url = new URL(page)
  url.search = ''
  url.hash = ''
  url.searchParams.set('user', settings.user)
  if (settings.collector !== '') url.searchParams.set('collector', settings.collector)
  if (settings.ping !== DEFAULT_PING_SECONDS) url.searchParams.set('ping', String(settings.ping))
  if (settings.title !== null) url.searchParams.set('title', settings.title)
  if (settings.cdn !== null) url.searchParams.set('cdn', settings.cdn)
  if (settings.anonymous) url.searchParams.set('anonymous', '1')
  return url.toString()
}
