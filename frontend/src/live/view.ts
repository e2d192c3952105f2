import { signal } from '@preact/signals'
import { DEFAULT_VIEW, readView, type ViewState, writeView } from './view-state'

/** The view that is shown; always the same as the address says. */
export const view = signal<ViewState>(DEFAULT_VIEW)

/** Takes the view from the address, now and whenever the reader goes back or forth. */
export function followAddress(): void {
  view.value = readView(location.search)
  window.addEventListener('popstate', () => {
    view.value = readView(location.search)
  })
}

/** Changes the view. Going to the other view, opening or closing a panel can be undone with "back"; typing and sorting aren't kept apart. */
export function changeView(changes: Partial<ViewState>): void {
  const before = view.value
  const next = { ...before, ...changes }
  const address = location.pathname + writeView(next)
  const opened = before.viewer !== next.viewer || before.feed !== next.feed || before.show !== next.show
  if (opened) history.pushState(null, '', address)
  else history.replaceState(null, '', address)
  view.value = next
}

export function openViewer(viewerId: string): void {
  changeView({ viewer: viewerId })
}
