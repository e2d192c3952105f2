import { describe, expect, it } from 'vitest'
import type { ViewerProfile } from '../src/api/viewer'
import { experienceOf } from '../src/live/experience'
import { hourSeries } from '../src/live/overview/hour-series'
import { currentSession } from '../src/live/panel/current-session'
import { silentFor } from '../src/live/silence'
import { viewerName } from '../src/live/viewer-names'
import { NOW, session } from './sessions'

const MINUTE = 60_000

describe('the chart of the last hour', () => {
  const minutes = Array.from({ length: 60 }, (_, n) => ({ at: NOW - (59 - n) * MINUTE, sessions: n + 1 }))
  const now = NOW + 20_000

  it('ends its line with the last whole minute; now is a point of its own', () => {
    const { times, seen, now: live } = hourSeries(minutes, 42, now)
    expect(times.slice(-2)).toEqual([(NOW - MINUTE) / 1000, now / 1000])
    expect(seen.slice(-2)).toEqual([59, null])
    expect(live.slice(-2)).toEqual([null, 42])
    expect(times).toHaveLength(60)
  })
  it('has a gap where there is no figure, and no fall to nothing', () => {
    const some = minutes
      .filter((_, n) => n !== 30)
      .map((each, n) => (n === 40 ? { ...each, sessions: 0 } : each))
    const { seen } = hourSeries(some, 42, now)
    expect(seen.filter((count) => count === null)).toHaveLength(3)
    expect(seen).not.toContain(0)
  })
  it('marks the peak of the whole minutes', () => {
    const some = minutes.map((each, n) => (n === 12 ? { ...each, sessions: 900 } : each))
    const { peak, times } = hourSeries(some, 1000, now)
    expect(peak?.sessions).toBe(900)
    expect(times[peak?.at ?? 0]).toBe((NOW - 47 * MINUTE) / 1000)
    expect(hourSeries([], null, now).peak).toBeNull()
  })
})

describe('a viewer of whom two pings are missed', () => {
  it('is silent since the last event, by the pings of the player itself', () => {
    const playing = session({ liveUntil: NOW + 25_000 }) // a ping each 10 s
    expect(silentFor(playing, NOW + 19_999)).toBeNull()
    expect(silentFor(playing, NOW + 20_000)).toBe(20_000)
  })
  it('is known by the default pings where the lease isn’t counted in pings', () => {
    const paused = session({ status: 'PAUSED_VIDEO', liveUntil: NOW + 600_000 })
    expect(silentFor(paused, NOW + 59_000)).toBeNull()
    expect(silentFor(paused, NOW + 180_000)).toBe(180_000)
  })
})

describe('a viewer’s name', () => {
  it('is the id, and of a made-up one that it is anonymous', () => {
    expect(viewerName('8442ECBA-1111-4222-8333-444455556666')).toBe('Anonymous, 8442ecba')
    for (const id of ['ada', '8442ecba', '', 'x8442ecba-1111-4222-8333-444455556666'])
      expect(viewerName(id)).toBe(id)
  })
})

describe('experience', () => {
  it.each([
    [0.2, 59.9, false, null],
    [0.2, 60, false, 'poor'],
    [0.2, null, false, null],
    [0.01, 60, false, 'uneven'],
    [0.009, 60, false, 'smooth'],
    [null, 600, false, null],
    [0, 0, true, 'failed'],
  ])('of %j after %j s, failed: %j, is %j', (ratio, played, failed, experience) =>
    expect(experienceOf(ratio, played, failed)).toBe(experience),
  )
})

describe('the session that a panel follows', () => {
  const profile = (...sessions: ViewerProfile['sessions']) =>
    ({ sessions, current: sessions[0] ?? null }) as ViewerProfile
  const old = session({ sessionId: 'old', status: 'PAUSED_VIDEO', liveUntil: NOW + 600_000 })

  it('is the one that is watched, whatever order they come in', () => {
    const next = session({ sessionId: 'next', lastSeen: NOW - 1000 })
    expect(currentSession(profile(old, next), NOW)?.sessionId).toBe('next')
    expect(currentSession(profile(next, old), NOW)?.sessionId).toBe('next')
  })
  it('is the newest where none is live', () =>
    expect(currentSession(profile(old), NOW + 700_000)?.sessionId).toBe('old'))
})
