import {
  observeWindowOffset,
  observeWindowRect,
  type VirtualItem,
  Virtualizer,
  windowScroll,
} from '@tanstack/virtual-core'
import type { RefObject } from 'preact'
import { useLayoutEffect, useMemo, useReducer, useState } from 'preact/hooks'

const AHEAD = 6

export interface WindowList {
  items: VirtualItem[]
  /** Height of the whole list, px. */
  height: number
  /** Distance of the list from the top of the page, px: items start there. */
  margin: number
}

/** The part of a long list that is on screen, with the window as what scrolls. Heights are exact, in px. */
export function useWindowList(
  host: RefObject<HTMLElement>,
  count: number,
  heightOf: (index: number) => number,
): WindowList {
  const [, redraw] = useReducer((n: number) => n + 1, 0)
  const [margin, setMargin] = useState(0)
  const options = {
    count,
    estimateSize: heightOf,
    getScrollElement: () => window,
    observeElementRect: observeWindowRect,
    observeElementOffset: observeWindowOffset,
    scrollToFn: windowScroll,
    initialOffset: () => window.scrollY,
    initialRect: { width: window.innerWidth, height: window.innerHeight },
    scrollMargin: margin,
    overscan: AHEAD,
    onChange: () => redraw(0),
  } as const
  // made once; setOptions below keeps it up to date
  const virtualizer = useMemo(() => new Virtualizer<Window, Element>(options), [])
  virtualizer.setOptions(options)
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer])
  useLayoutEffect(() => virtualizer._willUpdate())
  useLayoutEffect(() => {
    const element = host.current
    if (element === null) return
    const top = Math.round(element.getBoundingClientRect().top + window.scrollY)
    if (top !== margin) setMargin(top)
  })
  return {
    items: virtualizer.getVirtualItems(),
    height: virtualizer.getTotalSize(),
    margin,
  }
}
