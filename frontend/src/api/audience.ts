import { STATUSES, type Status } from '../live/status'
import { fields, list, number, text, time } from './decode'

export interface TitleAudience {
  mediaId: string
  title: string
  watchingNow: number
}

export interface AudienceMinute {
  /** Start of the minute, ms since 1970. */
  at: number
  sessions: number
}

/** How many are watching, of all titles or of one. */
export interface Audience {
  watchingNow: number
  byStatus: Record<Status, number>
  topTitles: TitleAudience[]
  minutes: AudienceMinute[]
  /** The top titles lack what the service couldn't read in time. */
  partial: boolean
}

export function readAudience(value: unknown): Audience | null {
  const audience = fields<'Audience'>(value)
  if (audience === null) return null
  const counted = fields<'StatusCounts'>(audience.by_status) ?? {}
  return {
    watchingNow: number(audience.watching_now) ?? 0,
    byStatus: Object.fromEntries(STATUSES.map((status) => [status, number(counted[status]) ?? 0])) as Record<
      Status,
      number
    >,
    topTitles: list(audience.top_titles).flatMap((each) => {
      const title = fields<'TitleAudience'>(each)
      const mediaId = text(title?.media_id)
      return mediaId === null
        ? []
        : [{ mediaId, title: text(title?.title) ?? mediaId, watchingNow: number(title?.watching_now) ?? 0 }]
    }),
    minutes: list(audience.minutes).flatMap((each) => {
      const minute = fields<'AudienceMinute'>(each)
      const at = time(minute?.minute)
      return at === null ? [] : [{ at, sessions: number(minute?.sessions) ?? 0 }]
    }),
    partial: audience.partial === true,
  }
}
