import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type uPlot from 'uplot'
import { theme } from '../../theme'

/**
 * A plot in `host`, made by `draw`: anew when the colours or `key` change, given new data when `drawn` does, and as
 * large as its place. `latest` reads the data of now.
 */
export function usePlot(
  host: RefObject<HTMLElement>,
  draw: (host: HTMLElement) => uPlot,
  latest: () => uPlot.AlignedData,
  drawn: string,
  key = '',
): void {
  const plot = useRef<uPlot | null>(null)
  const scheme = theme.value
  useEffect(() => {
    plot.current?.setData(latest())
  }, [drawn])
  useEffect(() => {
    const element = host.current
    if (element === null) return
    const redraw = () => {
      plot.current?.destroy()
      plot.current = element.clientWidth > 0 ? draw(element) : null
    }
    redraw()
    const resized = new ResizeObserver(() => {
      if (plot.current === null) redraw()
      else plot.current.setSize({ width: element.clientWidth, height: element.clientHeight })
    })
    resized.observe(element)
    const system = window.matchMedia('(prefers-color-scheme: dark)')
    system.addEventListener('change', redraw)
    return () => {
      resized.disconnect()
      system.removeEventListener('change', redraw)
      plot.current?.destroy()
      plot.current = null
    }
  }, [scheme, key])
}
