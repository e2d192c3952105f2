import { fields, list, number, text, time } from './decode'

/** One ad in one ad break (or in none) of one media session. */
export interface AdView {
  sessionId: string
  adId: string
  name: string | null
  creativeId: string | null
  breakId: string | null
  /** The hour in which it began, ms since 1970. */
  at: number
  reached: 0 | 25 | 50 | 75 | 100
  clicked: boolean
  skipped: boolean
}

/** A creative and how often the viewer saw it; ads that tell none come one by one. */
export interface SeenCreative {
  creativeId: string | null
  adIds: string[]
  views: number
  lastSeen: number
}

export interface ViewerAds {
  creatives: SeenCreative[]
  /** The newest ones, newest first. */
  views: AdView[]
  partial: boolean
}

export function readViewerAds(value: unknown): ViewerAds | null {
  const ads = fields<'ViewerAds'>(value)
  if (ads === null) return null
  return {
    creatives: list(ads.creatives).flatMap((each) => readCreative(each) ?? []),
    views: list(ads.views).flatMap((each) => readView(each) ?? []),
    partial: ads.partial === true,
  }
}

function readCreative(value: unknown): SeenCreative | null {
  const creative = fields<'SeenCreative'>(value)
  const lastSeen = time(creative?.last_seen_at)
  if (creative === null || lastSeen === null) return null
  return {
    creativeId: text(creative.creative_id),
    adIds: list(creative.ad_ids).flatMap((each) => text(each) ?? []),
    views: number(creative.views) ?? 0,
    lastSeen,
  }
}

function readView(value: unknown): AdView | null {
  const view = fields<'ViewerAd'>(value)
  const [sessionId, adId, at] = [text(view?.media_session_id), text(view?.ad_id), time(view?.viewed_at)]
  if (view === null || sessionId === null || adId === null || at === null) return null
  return {
    sessionId,
    adId,
    name: text(view.name),
    creativeId: text(view.creative_id),
    breakId: text(view.break_id),
    at,
    reached:
      view.completed === true
        ? 100
        : view.reached_75 === true
          ? 75
          : view.reached_50 === true
            ? 50
            : view.reached_25 === true
              ? 25
              : 0,
    clicked: view.clicked === true,
    skipped: view.skipped === true,
  }
}
