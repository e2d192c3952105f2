import type { MediaSession } from '../api/media-session'

export const EXPERIENCES = ['smooth', 'uneven', 'poor', 'failed'] as const
export type Experience = (typeof EXPERIENCES)[number]

const UNEVEN_FROM = 0.01
const POOR_FROM = 0.05
/** Before a minute has been played, one stall of a second would already be "poor". */
const GRADED_FROM_S = 60

const WORDS: Record<Experience, string> = {
  smooth: 'Smooth',
  uneven: 'Uneven',
  poor: 'Poor',
  failed: 'Failed',
}

export function isExperience(value: unknown): value is Experience {
  return EXPERIENCES.includes(value as Experience)
}

/**
 * How the playback is, by the share of time spent buffering, once 60 s have been played (`timePlayed`, seconds); null
 * before that, and where the events' format doesn't tell.
 */
export function experienceOf(
  rebufferRatio: number | null,
  timePlayed: number | null,
  failed: boolean,
): Experience | null {
  if (failed) return 'failed'
  if (rebufferRatio === null || timePlayed === null || timePlayed < GRADED_FROM_S) return null
  if (rebufferRatio >= POOR_FROM) return 'poor'
  return rebufferRatio >= UNEVEN_FROM ? 'uneven' : 'smooth'
}

export function sessionExperience(session: MediaSession): Experience | null {
  return experienceOf(session.rebufferRatio, session.counters.timePlayed, session.status === 'FAILED_VIDEO')
}

/** From the best to the worst, within a grade by the share; those without a grade come before all. */
export function experienceRank(session: MediaSession): number {
  const experience = sessionExperience(session)
  if (experience === null) return -1
  return experience === 'failed' ? 2 : (session.rebufferRatio ?? 0)
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
