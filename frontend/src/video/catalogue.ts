/** The titles of the video page. Chapters and lengths are those of the clips that make-clips.sh makes. */
export interface Chapter {
  name: string
  /** Content position in seconds. */
  start: number
}

export interface Title {
  id: string
  /** The player label: what the back-end knows the title by. */
  label: string
  about: string
  clip: string
  chapters: Chapter[]
}

function chapters(...names: string[]): Chapter[] {
  return names.map((name, index) => ({ name, start: index * 15 }))
}

export const catalogue: [Title, ...Title[]] = [
  {
    id: 'harbour',
    label: 'Harbour lights',
    about: 'A day in a small port, from first light to the last ferry.',
    clip: 'clips/harbour.webm',
    chapters: chapters(
      'First light',
      'The ferry',
      'Fish market',
      'Rain at noon',
      'Evening bells',
      'Harbour lights',
    ),
  },
  {
    id: 'train',
    label: 'Night train north',
    about: 'Eleven hours, one window, and the country going by.',
    clip: 'clips/train.webm',
    chapters: chapters('Platform nine', 'Leaving town', 'Pine country', 'The long bridge', 'Sunrise halt'),
  },
  {
    id: 'garden',
    label: 'The glass garden',
    about: 'What grows in a greenhouse after the visitors have gone.',
    clip: 'clips/garden.webm',
    chapters: chapters('Seedlings', 'Glass and iron', 'The orchid room', 'After closing'),
  },
]

export interface Advert {
  adId: string
  name: string
  creativeId: string
  line: string
  /** The advertiser's page, beside the video page. */
  page: string
}

/** The ads of every break, in order; each lasts AD_SECONDS. */
export const adverts: [Advert, Advert] = [
  {
    adId: 'northwind-coffee',
    name: 'Northwind Coffee',
    creativeId: 'nw-autumn',
    line: 'Roasted slowly, poured quickly.',
    page: 'advertisers/northwind-coffee.html',
  },
  {
    adId: 'alder-bikes',
    name: 'Alder Bikes',
    creativeId: 'alder-city',
    line: 'The long way home, made short.',
    page: 'advertisers/alder-bikes.html',
  },
]

export const AD_SECONDS = 4
export const BREAK_EVERY_SECONDS = 30

/** The newest ad break at or before content position `now` that has not been played, in seconds; null for none. */
export function breakReached(now: number, duration: number, played: ReadonlySet<number>): number | null {
  const latest = Math.floor(now / BREAK_EVERY_SECONDS) * BREAK_EVERY_SECONDS
  if (latest <= 0 || latest > duration - 2 || played.has(latest)) return null
  return latest
}
