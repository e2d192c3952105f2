import { fields, list, number, text, time } from './decode'

/** What ad views can be counted by. */
export const AD_GROUPS = ['ad', 'creative', 'break'] as const
export type AdGroup = (typeof AD_GROUPS)[number]

/** The views of one ad, creative or ad break. */
export interface AdRow {
  adId: string | null
  name: string | null
  creativeId: string | null
  breakId: string | null
  views: number
  reached25: number
  reached50: number
  reached75: number
  completed: number
  clicks: number
  skips: number
  /** By break: how often it was seen, and how often without an ad. */
  breaks: number | null
  emptyBreaks: number | null
}

export interface AdReport {
  /** Whole hours, ms since 1970; `to` is exclusive. */
  from: number
  to: number
  by: string
  partial: boolean
  rows: AdRow[]
}

export function readAds(value: unknown): AdReport | null {
  const report = fields<'AdReport'>(value)
  const [from, to, by] = [time(report?.from), time(report?.to), text(report?.by)]
  if (report === null || from === null || to === null || by === null) return null
  return {
    from,
    to,
    by,
    partial: report.partial === true,
    rows: list(report.rows).flatMap((each) => {
      const row = fields<'AdRow'>(each)
      if (row === null) return []
      return [
        {
          adId: text(row.ad_id),
          name: text(row.name),
          creativeId: text(row.creative_id),
          breakId: text(row.break_id),
          views: number(row.views) ?? 0,
          reached25: number(row.reached_25) ?? 0,
          reached50: number(row.reached_50) ?? 0,
          reached75: number(row.reached_75) ?? 0,
          completed: number(row.completed) ?? 0,
          clicks: number(row.clicks) ?? 0,
          skips: number(row.skips) ?? 0,
          breaks: number(row.breaks),
          emptyBreaks: number(row.empty_breaks),
        },
      ]
    }),
  }
}
