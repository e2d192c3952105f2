import { signal } from '@preact/signals'

/** The page's clock, ms, moved on once a second: playheads and ages are drawn from it, all at the same moment. */
export const clockTick = signal(Date.now())

export function startClock(now: () => number): () => void {
  clockTick.value = now()
  const timer = window.setInterval(() => {
    clockTick.value = now()
  }, 1000)
  return () => window.clearInterval(timer)
}
