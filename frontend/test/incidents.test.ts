import { describe, expect, it } from 'vitest'
import { type Incident, readIncidents } from '../src/api/incidents'
import { incidentFigure, incidentFilters, incidentScope } from '../src/live/incidents/incident-words'

const ANSWER = {
  as_of: '2026-11-24T12:00:00.000Z',
  incidents: [
    {
      id: '29666880-0123456789ab',
      alert: 'rebuffering',
      version: 1,
      metric: 'rebuffer_ratio',
      direction: 'above',
      scope: { by: 'cdn', value: 'west', label: null, media_id: null },
      state: 'open',
      opened_at: '2026-11-24T11:58:00.000Z',
      resolved_at: null,
      value: 0.118,
      threshold: 0.05,
      minutes: 2,
      acknowledged: false,
      viewers: ['ada', 7],
    },
  ],
  next_cursor: null,
  data_late: false,
  judged_until: null,
}
const [found] = readIncidents(ANSWER)?.open ?? []
const incident = found as Incident
const titleOf = (mediaId: string) => (mediaId === 't1' ? 'Night train' : mediaId)

describe('incidents', () => {
  it('are read, those that are open', () => {
    expect(incident).toMatchObject({ by: 'cdn', value: 'west', worst: 0.118, minutes: 2, viewers: ['ada'] })
    const [one] = ANSWER.incidents
    const resolved = { ...ANSWER, incidents: [{ ...one, state: 'resolved' }, { id: 5 }, null] }
    expect(readIncidents({ ...resolved, data_late: true, next_cursor: 'x' })).toEqual({
      open: [],
      more: true,
      dataLate: true,
    })
    expect(readIncidents({})).toBeNull()
  })
  it('say whom they hit and how much', () => {
    expect(incidentScope(incident, titleOf)).toBe('CDN west')
    expect(incidentScope({ ...incident, mediaId: 't1' }, titleOf)).toBe('CDN west · Night train')
    expect(incidentScope({ ...incident, by: 'title', value: 't1', mediaId: 't1' }, titleOf)).toBe(
      'Night train',
    )
    expect(incidentScope({ ...incident, by: null, value: null }, titleOf)).toBe('Everyone')
    expect(incidentFigure(incident)).toBe('Rebuffer percentage up to 12 %, above 5.0 %')
    const few = { ...incident, metric: 'watching_now', direction: 'below', worst: 3, threshold: 10 } as const
    expect(incidentFigure(few)).toBe('Watching now down to 3, below 10')
    expect(incidentFigure({ ...incident, metric: 'start_up_p95_s', worst: 9.26, threshold: 5 })).toBe(
      'Video startup time, p95 up to 9.3 s, above 5.0 s',
    )
  })
  it('lead to those whom they hit, without any other filter', () => {
    const none = { q: '', status: null, experience: null }
    expect(incidentFilters(incident)).toEqual({ ...none, mediaId: null, dimensions: { cdn: 'west' } })
    expect(incidentFilters({ ...incident, by: 'title', value: 't1' })).toEqual({
      ...none,
      mediaId: 't1',
      dimensions: {},
    })
    expect(incidentFilters({ ...incident, by: null, value: null, mediaId: 't1' })).toEqual({
      ...none,
      mediaId: 't1',
      dimensions: {},
    })
  })
})
