import type { JSX } from 'preact'

/** Line icons, drawn on a 20 x 20 grid, in the colour of the text. Decorative: the button around one has the name. */
const SHAPES = {
  play: 'M6 4.2v11.6L15.5 10z',
  pause: 'M6 4.5h2.6v11H6zM11.4 4.5H14v11h-2.6z',
  replay: 'M4.5 10a5.5 5.5 0 1 0 1.9-4.2M6.8 2.6v3.6h3.6',
  volume: 'M3 8v4h3l4 3.2V4.8L6 8zM12.8 7.2a4 4 0 0 1 0 5.6M15 5a7 7 0 0 1 0 10',
  muted: 'M3 8v4h3l4 3.2V4.8L6 8zM13 8l4 4M17 8l-4 4',
  fullscreen: 'M4 8V4h4M12 4h4v4M16 12v4h-4M8 16H4v-4',
  picture: 'M3 5h14v10H3zM10.5 10h4.5v3h-4.5z',
  search: 'M9 3.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11M13.2 13.2 17 17',
  table: 'M3 5h14M3 10h14M3 15h14',
  cards: 'M3.5 3.5h5.5V9H3.5zM11 3.5h5.5V9H11zM3.5 11h5.5v5.5H3.5zM11 11h5.5v5.5H11z',
  close: 'M5 5l10 10M15 5 5 15',
  feed: 'M4 5h9M4 10h12M4 15h6',
  sun: 'M10 6.6a3.4 3.4 0 1 1 0 6.8 3.4 3.4 0 0 1 0-6.8M10 2v2M10 16v2M2 10h2M16 10h2M4.4 4.4l1.4 1.4M14.2 14.2l1.4 1.4M15.6 4.4l-1.4 1.4M5.8 14.2l-1.4 1.4',
  moon: 'M16.2 12.3A6.8 6.8 0 0 1 7.7 3.8a6.8 6.8 0 1 0 8.5 8.5z',
  auto: 'M10 3a7 7 0 1 0 0 14zM10 3a7 7 0 0 1 0 14',
  person: 'M10 3.5a3.2 3.2 0 1 1 0 6.4 3.2 3.2 0 0 1 0-6.4M3.8 17c.5-3.2 3-5 6.2-5s5.7 1.8 6.2 5',
  external: 'M8 4H4v12h12v-4M11 4h5v5M16 4l-7 7',
  save: 'M10 3v9M6.2 8.4 10 12.2l3.8-3.8M4 16.5h12',
  chevron: 'M7 4.5 12.5 10 7 15.5',
  down: 'M5 7.5 10 12.5l5-5',
  up: 'M5 12.5 10 7.5l5 5',
  group: 'M3 5h5M3 10h14M6 15h11',
} as const

export type IconName = keyof typeof SHAPES

export function Icon({ name, solid = false }: { name: IconName; solid?: boolean }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path
        d={SHAPES[name]}
        fill={solid ? 'currentColor' : 'none'}
        stroke={solid ? 'none' : 'currentColor'}
        stroke-width="1.6"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  )
}
