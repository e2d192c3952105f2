import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import css from './hour-chart.module.css'
import 'uplot/dist/uPlot.min.css'
import type { AudienceMinute } from '../../api/audience'
import { theme } from '../../theme'
import { toTheMinute } from '../times-of-day'

function colour(name: string): string {
  // light-dark() is resolved by a property that takes a colour, not by reading the variable.
  const probe = document.createElement('span')
  probe.style.color = `var(${name})`
  document.body.append(probe)
  const value = getComputedStyle(probe).color
  probe.remove()
  return value
}

function rem(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16
}

function draw(host: HTMLElement, minutes: AudienceMinute[], onHover: (index: number | null) => void): uPlot {
  const unit = rem()
  const accent = colour('--accent')
  const axis = {
    stroke: colour('--ink-2'),
    font: `${Math.round(unit * 0.72)}px system-ui, sans-serif`,
    ticks: { show: false },
    border: { show: false },
  }
  return new uPlot(
    {
      width: host.clientWidth,
      height: host.clientHeight,
      padding: [unit * 0.5, unit * 0.4, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: unit * 0.5 } },
      hooks: {
        setCursor: [(plot) => onHover(plot.cursor.idx ?? null)],
      },
      scales: { y: { range: (_plot, _low, high) => [0, Math.max(4, Math.ceil((high ?? 0) * 1.15))] } },
      axes: [
        {
          ...axis,
          size: unit * 1.5,
          space: unit * 5,
          grid: { show: false },
          values: (_plot, at) => at.map((s) => toTheMinute(s * 1000)),
        },
        {
          ...axis,
          size: (_plot, labels) =>
            unit * (1 + 0.46 * Math.max(2, ...(labels ?? []).map((label) => label.length))),
          space: unit * 2.2,
          grid: { stroke: colour('--line'), width: 1 },
          values: (_plot, counts) =>
            counts.map((count) => (Number.isInteger(count) ? count.toLocaleString() : '')),
        },
      ],
      series: [
        {},
        {
          stroke: accent,
          width: 2,
          fill: accent.replace('rgb(', 'rgba(').replace(')', ', 0.12)'),
          points: { show: false },
        },
      ],
    },
    plotData(minutes),
    host,
  )
}

function plotData(minutes: AudienceMinute[]): uPlot.AlignedData {
  return [minutes.map((minute) => minute.at / 1000), minutes.map((minute) => minute.sessions)]
}

function summary(minutes: AudienceMinute[]): string {
  const counts = minutes.map((minute) => minute.sessions)
  const last = counts.at(-1)
  if (last === undefined) return 'No figures yet.'
  return `Sessions seen in each of the last ${counts.length} minutes: between ${Math.min(...counts)} and ${Math.max(...counts)}, ${last} in the running minute.`
}

/** Sessions seen in each minute of the last hour. */
export function HourChart({ minutes }: { minutes: AudienceMinute[] }) {
  const host = useRef<HTMLDivElement>(null)
  const readout = useRef<HTMLParagraphElement>(null)
  const plot = useRef<uPlot | null>(null)
  const latest = useRef(minutes)
  const scheme = theme.value
  latest.current = minutes

  useEffect(() => {
    plot.current?.setData(plotData(minutes))
  }, [minutes])

  // Drawn anew when the colours change; figures go into the drawing that is there.
  useEffect(() => {
    const element = host.current
    if (element === null) return
    const onHover = (index: number | null) => {
      const minute = index === null ? undefined : latest.current[index]
      if (readout.current !== null)
        readout.current.textContent =
          minute === undefined ? '' : `${toTheMinute(minute.at)} · ${minute.sessions.toLocaleString()}`
    }
    const redraw = () => {
      plot.current?.destroy()
      plot.current = element.clientWidth > 0 ? draw(element, latest.current, onHover) : null
    }
    redraw()
    const resized = new ResizeObserver(() => {
      if (plot.current === null) redraw()
      else plot.current.setSize({ width: element.clientWidth, height: element.clientHeight })
    })
    resized.observe(element)
    const scheme = window.matchMedia('(prefers-color-scheme: dark)')
    scheme.addEventListener('change', redraw)
    return () => {
      resized.disconnect()
      scheme.removeEventListener('change', redraw)
      plot.current?.destroy()
      plot.current = null
    }
  }, [scheme])

  return (
    <figure class={css.hourChart} data-testid="hour-chart">
      <div class={css.hourChartPlot} ref={host} role="img" aria-label={summary(minutes)} />
      <p class={css.hourChartReadout} ref={readout} aria-hidden="true" />
    </figure>
  )
}
