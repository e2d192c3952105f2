import { describe, expect, it } from 'vitest'
import { LiveStore } from '../src/live/data/live-store'
import { NOW, session } from './sessions'

function statusOf(store: LiveStore, viewer = 'ada') {
  return store.row(viewer)?.session.status
}

describe('the store of sessions', () => {
  it('keeps the newer version, whatever came last', () => {
    const store = new LiveStore()
    store.apply([session({ version: 3, status: 'PAUSED_VIDEO' })], NOW)
    store.apply([session({ version: 2, status: 'WATCHING_VIDEO' })], NOW)
    expect(statusOf(store)).toBe('PAUSED_VIDEO')
  })

  it('ends in the same rows for any order and repeat of the same states', () => {
    const states = [
      session({ version: 1 }),
      session({ version: 2, status: 'WATCHING_AD' }),
      session({ version: 3, status: 'PAUSED_VIDEO' }),
      session({ viewerId: 'ben', sessionId: 's9', version: 5 }),
      session({ sessionId: 's2', version: 4, lastSeen: NOW - 5000 }),
    ]
    const outcomes = new Set<string>()
    for (let turn = 0; turn < states.length; turn += 1) {
      const store = new LiveStore()
      const order = [...states.slice(turn), ...states.slice(0, turn), ...states].reverse()
      for (const state of order) store.apply([state], NOW)
      outcomes.add(JSON.stringify([...store.rows()].sort((a, b) => a.viewerId.localeCompare(b.viewerId))))
    }
    expect(outcomes.size).toBe(1)
  })

  it('lets a viewer go when the lease is over, without any message', () => {
    const store = new LiveStore()
    store.apply([session({ liveUntil: NOW + 1000 })], NOW)
    expect(store.expire(NOW + 999)).toBe(false)
    expect(store.expire(NOW + 1000)).toBe(true)
    expect(store.viewers).toBe(0)
  })

  it('shows a viewer again whose lease is renewed', () => {
    const store = new LiveStore()
    store.apply([session({ liveUntil: NOW + 1000 })], NOW)
    store.expire(NOW + 2000)
    store.apply([session({ version: 2, liveUntil: NOW + 9000 })], NOW + 3000)
    expect(store.viewers).toBe(1)
  })

  it('does not bring a viewer back by a late repeat of an old state', () => {
    const store = new LiveStore()
    store.apply([session({ version: 2, liveUntil: NOW })], NOW)
    store.apply([session({ version: 1, liveUntil: NOW - 1 })], NOW)
    expect(store.viewers).toBe(0)
  })

  it('forgets lapsed sessions, so that memory does not grow with those who left', () => {
    const store = new LiveStore()
    for (let n = 0; n < 500; n += 1) store.apply([session({ viewerId: `v${n}`, sessionId: `s${n}` })], NOW)
    expect(store.sessions).toBe(500)
    store.expire(NOW + 75_000 + 61_000)
    expect(store.sessions).toBe(0)
  })

  it('lets the session that is being watched speak for the viewer, and counts the others', () => {
    const store = new LiveStore()
    store.apply([session({ sessionId: 'a', status: 'PAUSED_VIDEO', lastSeen: NOW })], NOW)
    store.apply([session({ sessionId: 'b', status: 'WATCHING_VIDEO', lastSeen: NOW - 9000 })], NOW)
    expect(store.row('ada')?.session.sessionId).toBe('b')
    expect(store.row('ada')?.liveSessions).toBe(2)
  })

  it('tells of changes of status, title and ad, not of pings', () => {
    const store = new LiveStore()
    expect(store.apply([session({ version: 1 })], NOW)).toHaveLength(1)
    expect(store.apply([session({ version: 2, position: 70 })], NOW)).toHaveLength(0)
    expect(store.apply([session({ version: 3, status: 'PAUSED_VIDEO' })], NOW)).toHaveLength(1)
    expect(store.apply([session({ version: 3, status: 'PAUSED_VIDEO' })], NOW)).toHaveLength(0)
  })

  it('drops an erased viewer at once', () => {
    const store = new LiveStore()
    store.apply([session()], NOW)
    store.erase('ada')
    expect(store.viewers).toBe(0)
    expect(store.sessions).toBe(0)
  })
})
