import { useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { axes, colour, rem, thin } from '../plot/plot-look'
import { usePlot } from '../plot/use-plot'
import { dayAndTime, dayOnly, toTheMinute } from '../times-of-day'
import { COMPARISON_WORDS, type Comparison, type Metric, RANGE_WORDS, type Range } from './choices'
import type { Curve } from './series'
import css from './series-chart.module.css'
import { METRIC_WORDS } from './words'

interface Drawn {
  curve: Curve
  metric: Metric
  range: Range
  compare: Comparison | null
}

function plotData({ curve }: Drawn): uPlot.AlignedData {
  const none = curve.times.map(() => null)
  return [curve.times.map((at) => at / 1000), curve.before ?? none, curve.values]
}

/** Places of figures that stand alone between gaps: a line alone wouldn't show them. */
function alone(values: ArrayLike<number | null | undefined>): number[] {
  const known = (at: number) => at >= 0 && at < values.length && (values[at] ?? null) !== null
  return Array.from({ length: values.length }, (_, at) => at).filter(
    (at) => known(at) && !known(at - 1) && !known(at + 1),
  )
}

function draw(host: HTMLElement, drawn: Drawn, onHover: (index: number | null) => void): uPlot {
  const unit = rem()
  const accent = colour('--accent')
  const quiet = colour('--ink-2')
  const { write } = METRIC_WORDS[drawn.metric]
  const points = (fill: string): uPlot.Series.Points => ({
    show: true,
    size: unit * 0.35,
    stroke: fill,
    fill,
    filter: (plot, series) => alone(plot.data[series] ?? []),
  })
  return new uPlot(
    {
      width: host.clientWidth,
      height: host.clientHeight,
      padding: [unit * 0.5, unit * 1.6, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: unit * 0.5 } },
      hooks: { setCursor: [(plot) => onHover(plot.cursor.idx ?? null)] },
      scales: { y: { range: (_plot, _low, high) => [0, (high ?? 0) > 0 ? (high ?? 0) * 1.15 : 1] } },
      axes: axes(drawn.range === 'month' ? dayOnly : toTheMinute, write),
      series: [
        {},
        { stroke: quiet, width: 1.5, dash: [5, 4], spanGaps: false, points: points(quiet) },
        { stroke: accent, width: 2, fill: thin(accent), spanGaps: false, points: points(accent) },
      ],
    },
    plotData(drawn),
    host,
  )
}

function figure(value: number | null | undefined, metric: Metric): string {
  return value === null || value === undefined ? 'no figure' : METRIC_WORDS[metric].write(value)
}

function readoutAt({ curve, metric, compare }: Drawn, index: number | null): string {
  const at = index === null ? undefined : curve.times[index]
  if (index === null || at === undefined) return ''
  const now = `${dayAndTime(at)} · ${figure(curve.values[index], metric)}`
  if (compare === null || curve.before === null) return now
  return `${now} · ${COMPARISON_WORDS[compare]} ${figure(curve.before[index], metric)}`
}

/** The chart in words, for those who don't see it. */
export function seriesSummary({ curve, metric, range, compare }: Drawn): string {
  const { name } = METRIC_WORDS[metric]
  const known = curve.values.flatMap((value, at) => (value === null ? [] : [{ value, at }]))
  const [first] = known
  if (first === undefined) return `${name}, ${RANGE_WORDS[range]}: no figures.`
  const most = known.reduce((best, each) => (each.value > best.value ? each : best), first)
  const least = known.reduce((best, each) => (each.value < best.value ? each : best), first)
  const gaps = curve.values.length - known.length
  return [
    `${name}, ${RANGE_WORDS[range]}: between ${figure(least.value, metric)} and ${figure(most.value, metric)},`,
    `the most at ${dayAndTime(curve.times[most.at] ?? 0)}, ${figure(known.at(-1)?.value, metric)} at the end.`,
    ...(gaps === 0 ? [] : [`No figure for ${gaps} of ${curve.values.length} points.`]),
    ...(compare === null || curve.before === null
      ? []
      : [`${COMPARISON_WORDS[compare]}: ${figure(curve.before.at(-1), metric)} at the end.`]),
  ].join(' ')
}

/** One metric over time, and dashed the same of some time before. */
export function SeriesChart(given: Drawn) {
  const host = useRef<HTMLDivElement>(null)
  const readout = useRef<HTMLParagraphElement>(null)
  const latest = useRef(given)
  latest.current = given
  const { curve, metric, range } = given
  usePlot(
    host,
    (element) =>
      draw(element, latest.current, (index) => {
        if (readout.current !== null) readout.current.textContent = readoutAt(latest.current, index)
      }),
    () => plotData(latest.current),
    JSON.stringify([curve.times[0], curve.values, curve.before]),
    `${metric} ${range}`,
  )
  return (
    <figure class={css.chart} data-testid="series-chart">
      <div class={css.plot} ref={host} role="img" aria-label={seriesSummary(given)} />
      <p class={css.readout} ref={readout} aria-hidden="true" />
    </figure>
  )
}
