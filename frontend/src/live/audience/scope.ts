import type { AudienceRow, Breakdown } from '../../api/breakdown'
import type { ViewState } from '../view-state'

/** Whom the figures are about: everyone, a title, a value of a dimension, or (where the stage counts it) both. */
export interface AudienceScope {
  mediaId: string | null
  by: string | null
  value: string | null
}

/** Filters by a second dimension narrow the viewers alone: the service counts no pairs of dimensions. */
export function scopeOf(view: Pick<ViewState, 'mediaId' | 'dimensions'>): AudienceScope {
  const [first] = Object.entries(view.dimensions)
  return { mediaId: view.mediaId, by: first?.[0] ?? null, value: first?.[1] ?? null }
}

/** The parameters of GET /v1/audience by which the breakdown holds the scope's own row. */
export function rowQuery(scope: AudienceScope, window: number): Record<string, string | null> {
  return breakdownQuery(scope.by ?? 'status', scope.mediaId, window)
}

/** The most rows that the API gives; what is beyond comes in one row, `other`. */
const MOST_ROWS = '200'

export function breakdownQuery(
  by: string,
  mediaId: string | null,
  window: number,
): Record<string, string | null> {
  return { by, media_id: by === 'title' ? null : mediaId, window: `${window}m`, limit: MOST_ROWS }
}

/** Whether a breakdown is of the scope. Of a value it isn't by anything else: pairs of values aren't counted. */
export function hasPairs(scope: AudienceScope, by: string): boolean {
  return scope.by === null || scope.by === by
}

/** The scope's row; null where it isn't among the rows. */
export function rowOf(scope: AudienceScope, breakdown: Breakdown): AudienceRow | null {
  if (scope.by === null) return breakdown.total
  return breakdown.rows.find((row) => row.value === scope.value) ?? null
}

/** What a click on a row narrows the view to; a second one lets it go. Null: such a row is no filter. */
export function narrowedTo(
  by: string,
  row: AudienceRow,
  view: Pick<ViewState, 'mediaId' | 'dimensions'>,
  closed: boolean,
): Partial<ViewState> | null {
  const { value } = row
  if (value === null || by === 'status') return null
  if (value === 'other' && !closed) return null
  if (by === 'title')
    return value === 'unknown' ? null : { mediaId: view.mediaId === value ? null : value, dimensions: {} }
  return { dimensions: view.dimensions[by] === value ? {} : { [by]: value } }
}
