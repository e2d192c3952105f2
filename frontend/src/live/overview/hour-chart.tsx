import { useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { AudienceMinute } from '../../api/audience'
import { axes, colour, rem, thin } from '../plot/plot-look'
import { usePlot } from '../plot/use-plot'
import { toTheMinute } from '../times-of-day'
import css from './hour-chart.module.css'
import { type HourSeries, hourSeries } from './hour-series'

function plotData(series: HourSeries): uPlot.AlignedData {
  return [series.times, series.seen, series.now]
}

function draw(
  host: HTMLElement,
  latest: { current: HourSeries },
  onHover: (index: number | null) => void,
): uPlot {
  const unit = rem()
  const accent = colour('--accent')
  /** A ring around the peak, with its figure above it. */
  const markPeak = (plot: uPlot) => {
    const { peak, times } = latest.current
    if (peak === null) return
    const { ctx } = plot
    const ratio = uPlot.pxRatio
    const x = plot.valToPos(times[peak.at] ?? 0, 'x', true)
    const y = plot.valToPos(peak.sessions, 'y', true)
    const words = `peak ${peak.sessions.toLocaleString()}`
    ctx.save()
    ctx.strokeStyle = ctx.fillStyle = accent
    ctx.lineWidth = 1.5 * ratio
    ctx.beginPath()
    ctx.arc(x, y, 3.5 * ratio, 0, 2 * Math.PI)
    ctx.stroke()
    ctx.font = `${Math.round(unit * 0.72 * ratio)}px system-ui, sans-serif`
    const half = ctx.measureText(words).width / 2
    const { left, width } = plot.bbox
    ctx.textAlign = 'center'
    ctx.fillText(words, Math.min(Math.max(x, left + half), left + width - half), y - 7 * ratio)
    ctx.restore()
  }
  return new uPlot(
    {
      width: host.clientWidth,
      height: host.clientHeight,
      // Room for half of the last time on the axis, which stands at the very end of the line.
      padding: [unit * 0.5, unit * 1.6, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: unit * 0.5 } },
      hooks: {
        setCursor: [(plot) => onHover(plot.cursor.idx ?? null)],
        draw: [markPeak],
      },
      scales: { y: { range: (_plot, _low, high) => [0, Math.max(4, Math.ceil((high ?? 0) * 1.3))] } },
      axes: axes(toTheMinute, (count) => (Number.isInteger(count) ? count.toLocaleString() : '')),
      series: [
        {},
        {
          stroke: accent,
          width: 2,
          fill: thin(accent),
          spanGaps: false,
          points: { show: false },
        },
        { stroke: accent, fill: accent, width: 0, points: { show: true, size: unit * 0.55, fill: accent } },
      ],
    },
    plotData(latest.current),
    host,
  )
}

function readoutAt({ times, seen, now }: HourSeries, index: number | null): string {
  const at = index === null ? undefined : times[index]
  if (index === null || at === undefined) return ''
  const live = now[index]
  if (live !== null && live !== undefined) return `now · ${live.toLocaleString()} live`
  return `${toTheMinute(at * 1000)} · ${seen[index]?.toLocaleString() ?? 'no figure'}`
}

function summary({ times, seen, now, peak }: HourSeries): string {
  const live = now.at(-1) ?? null
  const words = live === null ? '' : ` ${live.toLocaleString()} live now.`
  const counts = seen.filter((count) => count !== null)
  if (peak === null || counts.length === 0) return `No session was seen in the last hour.${words}`
  const gaps = seen.length - 1 - counts.length
  return [
    `Sessions seen in each minute of the last hour: between ${Math.min(...counts)} and ${peak.sessions},`,
    `the most at ${toTheMinute((times[peak.at] ?? 0) * 1000)}, ${counts.at(-1)} in the newest whole minute.`,
    ...(gaps === 0 ? [] : [`No figure for ${gaps} minutes.`]),
  ]
    .join(' ')
    .concat(words)
}

/** Sessions seen in each minute of the last hour, and those live now (`live`). */
export function HourChart({
  minutes,
  live,
  now,
}: {
  minutes: AudienceMinute[]
  live: number | null
  now: number
}) {
  const host = useRef<HTMLDivElement>(null)
  const readout = useRef<HTMLParagraphElement>(null)
  const series = hourSeries(minutes, live, now)
  const latest = useRef(series)
  latest.current = series
  // Drawn anew when a figure or the minute has changed, not with every tick of the clock.
  const drawn = JSON.stringify([series.seen, live, Math.floor(now / 60_000)])

  const onHover = (index: number | null) => {
    if (readout.current !== null) readout.current.textContent = readoutAt(latest.current, index)
  }
  usePlot(
    host,
    (element) => draw(element, latest, onHover),
    () => plotData(latest.current),
    drawn,
  )

  return (
    <figure class={css.hourChart} data-testid="hour-chart">
      <div class={css.hourChartPlot} ref={host} role="img" aria-label={summary(series)} />
      <p class={css.hourChartReadout} ref={readout} aria-hidden="true" />
    </figure>
  )
}
