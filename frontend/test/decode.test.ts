import { describe, expect, it } from 'vitest'
import { readAudience } from '../src/api/audience'
import { readSession } from '../src/api/decode'
import { readMessage } from '../src/api/push-socket'
import { readTimeline, readViewer } from '../src/api/viewer'
import { connectionKind, standsStill } from '../src/live/connection'
import { readPageConfig } from '../src/page-config'
import { NOW } from './sessions'

const SESSION = {
  viewer_id: 'ada',
  media_session_id: 's1',
  version: 7,
  status: 'WATCHING_VIDEO',
  live: true,
  live_until: '2026-11-24T12:01:15.000Z',
  first_seen: '2026-11-24T11:59:00.000Z',
  last_seen: '2026-11-24T12:00:00.000Z',
  media_id: 'Harbour lights',
  title: 'Harbour lights',
  position_s: 12.5,
  position_at: '2026-11-24T12:00:00.000Z',
  duration_s: 90,
  playback_rate: 1.5,
  bitrate: 2_500_000,
  ad: null,
  totals: { ads_seen: 2, time_played_s: 12 },
  experience: { start_up_s: 0.4, rebuffer_ratio: 0.1, errors: 0, failed_sessions: 0 },
}

describe('reading the API’s JSON', () => {
  it('reads a session', () => {
    const read = readSession(SESSION)
    expect(read).toMatchObject({
      viewerId: 'ada',
      version: 7,
      position: 12.5,
      playbackRate: 1.5,
      bitrate: 2_500_000,
      liveUntil: NOW + 75_000,
    })
    expect(read?.counters.adsSeen).toBe(2)
    expect(read?.counters.adsClicked).toBeNull()
  })
  it('takes a session that another one superseded for not live, however long its lease', () => {
    expect(readSession({ ...SESSION, live: false })?.liveUntil).toBe(NOW)
  })
  it.each([null, [], 'x', {}, { ...SESSION, status: 'DANCING' }, { ...SESSION, viewer_id: 5 }])(
    'leaves out what is no session: %j',
    (value) => expect(readSession(value)).toBeNull(),
  )
  it('treats fields of another type as unknown', () => {
    const read = readSession({ ...SESSION, position_s: 'far', title: {}, totals: [], position_at: 'soon' })
    expect(read).toMatchObject({ position: null, title: null, positionAt: null })
  })
  it('reads audiences, viewers and timelines with parts missing', () => {
    expect(readAudience({ watching_now: 3 })).toMatchObject({ watchingNow: 3, topTitles: [], minutes: [] })
    expect(readViewer({ viewer_id: 'ada', status: 'READY' })).toMatchObject({ sessions: [], current: null })
    expect(readTimeline([{ event: 'play' }, 7])).toEqual([])
  })
})

describe('messages of the socket', () => {
  it('reads snapshots, sessions, erasures and errors', () => {
    expect(readMessage(JSON.stringify({ type: 'snapshot', sessions: [SESSION] }))).toMatchObject({
      snapshot: true,
    })
    expect(readMessage(JSON.stringify({ type: 'sessions', sessions: [SESSION, 1] }))).toMatchObject({
      sessions: [{ viewerId: 'ada' }],
    })
    expect(readMessage('{"type":"erased","viewer_id":"ada"}')).toEqual({ type: 'erased', viewerId: 'ada' })
    expect(readMessage('{"type":"error","code":"x"}')).toEqual({ type: 'error', code: 'x' })
  })
  it.each(['', 'null', '[]', '{"type":"new"}', new ArrayBuffer(2)])('ignores %j', (data) =>
    expect(readMessage(data)).toBeNull(),
  )
})

describe('the connection in a word', () => {
  const facts = {
    signedOut: false,
    pushed: true,
    settling: false,
    loaded: true,
    still: false,
    lastHeard: NOW,
    failingSince: null,
  }
  it.each([
    [facts, 'live'],
    [{ ...facts, pushed: false }, 'polling'],
    [{ ...facts, loaded: false }, 'starting'],
    [{ ...facts, pushed: false, settling: true }, 'starting'],
    [{ ...facts, still: true }, 'reconnecting'],
    [{ ...facts, failingSince: NOW - 1000 }, 'reconnecting'],
    [{ ...facts, failingSince: NOW - 6000 }, 'away'],
    [{ ...facts, lastHeard: 0, failingSince: NOW }, 'away'],
    [{ ...facts, signedOut: true, failingSince: NOW }, 'signed-out'],
  ])('%j is %s', (given, kind) => expect(connectionKind(given, NOW)).toBe(kind))
})

describe('when the screen stands still', () => {
  it.each([
    [0, false, false],
    [5000, false, false],
    [5001, false, true],
    [15_000, true, false],
    [20_001, true, true],
  ])('after %i ms, in a hidden tab: %j, is %j', (age, hidden, still) =>
    expect(standsStill(NOW, NOW + age, hidden)).toBe(still),
  )
  it('is never before the first word', () => expect(standsStill(0, NOW, false)).toBe(false))
})

describe('config.json', () => {
  it('needs the API’s address', () => {
    expect(() => readPageConfig({})).toThrow('apiUrl')
    expect(() => readPageConfig(null)).toThrow('JSON object')
  })
  it('needs authority and client where there is sign-in', () => {
    expect(() => readPageConfig({ apiUrl: 'https://a', auth: { authority: 'https://i' } })).toThrow(
      'clientId',
    )
    expect(
      readPageConfig({ apiUrl: 'https://a/', auth: { authority: 'https://i', clientId: 'c' } }),
    ).toMatchObject({
      apiUrl: 'https://a',
      socketUrl: null,
      auth: { scope: 'openid' },
    })
  })
})
