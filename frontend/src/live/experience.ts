import type { MediaSession } from '../api/media-session'

export type Experience = 'smooth' | 'uneven' | 'poor' | 'failed'

const UNEVEN_FROM = 0.01
const POOR_FROM = 0.05

const WORDS: Record<Experience, string> = {
  smooth: 'Smooth',
  uneven: 'Uneven',
  poor: 'Poor',
  failed: 'Failed',
}

/** How the playback is, by the share of time spent buffering; null where the events' format doesn't tell. */
export function experienceOf(rebufferRatio: number | null, failed: boolean): Experience | null {
  if (failed) return 'failed'
  if (rebufferRatio === null) return null
  if (rebufferRatio >= POOR_FROM) return 'poor'
  return rebufferRatio >= UNEVEN_FROM ? 'uneven' : 'smooth'
}

export function sessionExperience(session: MediaSession): Experience | null {
  return experienceOf(session.rebufferRatio, session.status === 'FAILED_VIDEO')
}

export function experienceWord(experience: Experience): string {
  return WORDS[experience]
}

/** A share as a percentage, with a decimal only where it says something: 0.004 -> "0.4 %", 0.12 -> "12 %". */
export function percent(share: number | null): string {
  if (share === null) return '–'
  const value = share * 100
  return `${value > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} %`
}
