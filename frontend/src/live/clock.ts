import { signal } from '@preact/signals'

/** This machine's clock, ms, moved on once a second: all that is drawn by time is drawn at the same moment. */
export const clockTick = signal(Date.now())

export function startClock(): () => void {
  clockTick.value = Date.now()
  const timer = setInterval(() => {
    clockTick.value = Date.now()
  }, 1000)
  return () => clearInterval(timer)
}
