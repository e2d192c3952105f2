import type uPlot from 'uplot'

/** A colour of base.css as it is in the scheme of now. */
export function colour(name: string): string {
  // light-dark() is resolved by a property that takes a colour, not by reading the variable.
  const probe = document.createElement('span')
  probe.style.color = `var(${name})`
  document.body.append(probe)
  const value = getComputedStyle(probe).color
  probe.remove()
  return value
}

/** A colour of the form `rgb(…)`, let through. */
export function thin(rgb: string): string {
  return rgb.replace('rgb(', 'rgba(').replace(')', ', 0.12)')
}

export function rem(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16
}

/** The two axes of a plot over time, of which `at` writes the times (ms) and `figure` the figures. */
export function axes(at: (ms: number) => string, figure: (value: number) => string): uPlot.Axis[] {
  const unit = rem()
  const both = {
    stroke: colour('--ink-2'),
    font: `${Math.round(unit * 0.72)}px system-ui, sans-serif`,
    ticks: { show: false },
    border: { show: false },
  }
  return [
    {
      ...both,
      size: unit * 1.5,
      space: unit * 5,
      grid: { show: false },
      values: (_plot, times) => times.map((s) => at(s * 1000)),
    },
    {
      ...both,
      size: (_plot, labels) =>
        unit * (1 + 0.46 * Math.max(2, ...(labels ?? []).map((label) => label.length))),
      space: unit * 2.2,
      grid: { stroke: colour('--line'), width: 1 },
      values: (_plot, values) => values.map(figure),
    },
  ]
}
