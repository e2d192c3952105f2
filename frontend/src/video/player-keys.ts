import { useEffect } from 'preact/hooks'
import type { PlayerController } from './player-controller'

const SEEK_BY_S = 5

/** Space and K play and pause, the arrows seek 5 s: wherever the focus isn't in something with keys of its own. */
export function usePlayerKeys(controller: PlayerController | null): void {
  useEffect(() => {
    if (controller === null) return
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !(event.target instanceof HTMLElement)) return
      if (event.target.matches('input, select, textarea, pre')) return
      const key = event.key.toLowerCase()
      const pressed = key === ' ' && event.target.matches('button, a, summary')
      if (key === 'k' || (key === ' ' && !pressed)) controller.toggle()
      else if (key === 'arrowleft') controller.seekBy(-SEEK_BY_S)
      else if (key === 'arrowright') controller.seekBy(SEEK_BY_S)
      else return
      event.preventDefault()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [controller])
}
