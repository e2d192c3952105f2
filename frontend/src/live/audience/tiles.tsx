import type { ComponentChildren } from 'preact'
import type { AudienceRow } from '../../api/breakdown'
import { percent } from '../experience'
import { dayAndTime, toTheMinute, toTheSecond } from '../times-of-day'
import { COMPARISON_WORDS, type Comparison, RANGE_WORDS, type Range } from './choices'
import type { SpannedSeries } from './questions'
import css from './tiles.module.css'
import { counted, share, startUp, tenths, whole } from './words'

/** One figure, what it is of, and what stands beside it. */
function Tile({
  id,
  name,
  hint,
  figure,
  children,
}: {
  id: string
  name: string
  hint?: string
  figure: string | null
  children: ComponentChildren
}) {
  return (
    <div class={`card ${css.tile}`} data-testid={`tile-${id}`}>
      <dt class={css.name} title={hint}>
        {name}
        {hint !== undefined && <span class="hidden">, {hint}</span>}
      </dt>
      <dd class={css.figure} data-testid="tile-figure">
        {figure ?? '–'}
      </dd>
      <dd class={`quiet small ${css.beside}`}>{children}</dd>
    </div>
  )
}

/** The figures at a glance of the scope that the view is narrowed to. */
export function Tiles({
  row,
  window,
  series,
  before,
  range,
  compare,
  asOf,
}: {
  /** Null: not read yet. */
  row: AudienceRow | null
  /** Whole minutes that the row's sums are of. */
  window: number
  series: SpannedSeries | null
  before: SpannedSeries | null
  range: Range
  compare: Comparison | null
  /** When the figures were so, where they stand still since; else null. */
  asOf: number | null
}) {
  const of = row === null ? '' : window === 1 ? 'last minute' : `last ${window} min`
  const then = (value: number | null | undefined, write: (value: number) => string) =>
    compare === null || before === null ? null : (
      <>
        {' · '}
        {COMPARISON_WORDS[compare]}: {value === null || value === undefined ? 'no figure' : write(value)}
      </>
    )
  const ofAttempts = (count: number | null) =>
    row === null || count === null || row.attempts === null
      ? of
      : `${whole(count)} of ${whole(row.attempts)} attempts · ${of}`
  const peak = series?.peak ?? null
  const at = range === 'hour' ? toTheMinute : dayAndTime
  return (
    <dl
      class={`${css.tiles} ${asOf === null ? '' : css.still}`}
      aria-label="At a glance"
      data-testid="tiles"
      data-still={asOf !== null}
    >
      <Tile
        id="watching"
        name="Watching now"
        hint="sessions that play, show an ad or buffer; those live are paused, finished, failed and ready ones too"
        figure={row === null ? null : whole(row.watchingNow)}
      >
        {asOf !== null ? `as of ${toTheSecond(asOf)}` : row !== null && `of ${whole(row.live)} live`}
      </Tile>
      <Tile
        id="peak"
        name="Peak watching"
        hint="the most at the end of a minute"
        figure={peak === null ? null : whole(peak.value)}
      >
        {peak !== null && `${at(peak.at)} · `}
        {RANGE_WORDS[range]}
        {then(before?.peak?.value, whole)}
      </Tile>
      <Tile
        id="average"
        name="Average audience"
        hint="time played / time"
        figure={series === null || series.averageAudience === null ? null : tenths(series.averageAudience)}
      >
        {RANGE_WORDS[range]}
        {then(before?.averageAudience, tenths)}
      </Tile>
      <Tile
        id="start-up"
        name="Video startup time, p95"
        hint="19 of 20 starts were as fast as that"
        figure={row === null || row.startUpP95 === null ? null : startUp(row.startUpP95)}
      >
        {row !== null && row.startUpP50 !== null && `median ${startUp(row.startUpP50)} · `}
        {row !== null && row.starts !== null && `${counted(row.starts, 'start')} · `}
        {of}
      </Tile>
      <Tile
        id="rebuffering"
        name="Rebuffer percentage"
        hint="time buffering / time watched"
        figure={row === null || row.rebufferRatio === null ? null : percent(row.rebufferRatio)}
      >
        {row !== null && `${whole(row.byStatus.BUFFERING_VIDEO)} buffering now · `}
        {of}
      </Tile>
      <Tile
        id="exits"
        name="Exits before video start"
        hint="of the attempts to play"
        figure={row === null ? null : ratioText(row.exitsBeforeStart, row.attempts)}
      >
        {row !== null && ofAttempts(row.exitsBeforeStart)}
      </Tile>
      <Tile
        id="failures"
        name="Playback failures"
        hint="of the attempts to play"
        figure={row === null ? null : ratioText(row.failed, row.attempts)}
      >
        {row !== null && ofAttempts(row.failed)}
      </Tile>
    </dl>
  )
}

function ratioText(count: number | null, outOf: number | null): string | null {
  const rate = share(count, outOf)
  return rate === null ? null : percent(rate)
}
