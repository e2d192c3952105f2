/** Formatters are costly to make and cheap to use, so each is made once. */
const SECOND = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})
const MINUTE = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' })

const DAY_ONLY = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })

export function toTheSecond(ms: number): string {
  return SECOND.format(ms)
}

export function toTheMinute(ms: number): string {
  return MINUTE.format(ms)
}

export function dayAndTime(ms: number): string {
  return DAY.format(ms)
}

export function dayOnly(ms: number): string {
  return DAY_ONLY.format(ms)
}

/** The zone that the page's times are of, as in "Europe/Berlin". */
export function timeZone(): string {
  return DAY.resolvedOptions().timeZone
}
