import { describe, expect, it } from 'vitest'
import { readViewerAds } from '../src/api/viewer-ads'
import { adViewWords } from '../src/live/panel/viewer-ads'

const VIEW = {
  media_session_id: 's1',
  media_id: 'Sintel',
  break_id: null,
  ad_id: 'a1',
  name: 'Coffee',
  creative_id: 'c1',
  pod_position: 1,
  duration_s: 20,
  viewed_at: '2026-11-24T11:00:00.000Z',
  reached_25: true,
  reached_50: true,
  reached_75: false,
  completed: false,
  clicked: false,
  skipped: true,
}

describe('the ads of a viewer', () => {
  it('are read, and what makes no sense is left out', () => {
    const ads = readViewerAds({
      viewer_id: 'ada',
      creatives: [
        { creative_id: null, ad_ids: ['a1', 7], views: 3, last_seen_at: VIEW.viewed_at },
        { creative_id: 'c2', ad_ids: [], views: 3 },
        7,
      ],
      views: [VIEW, { ...VIEW, ad_id: 9 }, { ...VIEW, viewed_at: 'soon' }, null],
      partial: true,
    })
    expect(ads?.creatives).toEqual([
      { creativeId: null, adIds: ['a1'], views: 3, lastSeen: Date.parse(VIEW.viewed_at) },
    ])
    expect(ads?.views.map((view) => [view.adId, view.reached, view.skipped])).toEqual([['a1', 50, true]])
    expect(ads?.partial).toBe(true)
    expect(readViewerAds([])).toBeNull()
  })

  it.each([
    [{ completed: true }, 'Completed · skipped'],
    [{ reached_75: true, skipped: false, clicked: true }, '75 % · clicked'],
    [{ reached_25: false, reached_50: false, skipped: false }, 'Started'],
    [{}, '50 % · skipped'],
  ])('are told in words: %o', (fields, words) => {
    const view = readViewerAds({ creatives: [], views: [{ ...VIEW, ...fields }] })?.views[0]
    expect(view && adViewWords(view)).toBe(words)
  })
})
