import type { AudienceRow, Breakdown } from '../../api/breakdown'
import { Icon } from '../../icons'
import { byWord, valueWord } from '../dimension-words'
import { isStatus } from '../status'
import { changeView, view } from '../view'
import { BREAKDOWN_COLUMNS, orderRows } from './breakdown-columns'
import css from './breakdown-table.module.css'
import { FigureCell, FigureTable } from './figure-table'
import { isFew } from './impact'
import { narrowedTo } from './scope'

/** The audience value by value. A click on a value narrows the view, and the viewers, to it. */
export function BreakdownTable({
  breakdown,
  closed,
  titleOf,
}: {
  breakdown: Breakdown
  /** Its values are listed in the configuration, so that the rest of them is a value as well. */
  closed: boolean
  /** What a title is called, by its media id, where the row doesn't tell. */
  titleOf: (mediaId: string) => string | null
}) {
  const { by, total } = breakdown
  const { rank, rankAscending } = view.value
  const rows = orderRows(breakdown, rank, rankAscending)
  if (rows.length === 0) return <p class="empty-note">Nobody has been seen in these minutes.</p>
  return (
    <FigureTable label="Breakdown">
      <thead>
        <tr>
          <th scope="col">{byWord(by)}</th>
          {BREAKDOWN_COLUMNS.map(({ id, name, hint }) => {
            const ordered = rank === id
            return (
              <th
                key={id}
                scope="col"
                title={hint}
                aria-sort={ordered ? (rankAscending ? 'ascending' : 'descending') : 'none'}
              >
                <button
                  type="button"
                  class={css.order}
                  data-testid={`rank-${id}`}
                  onClick={() => changeView({ rank: id, rankAscending: ordered && !rankAscending })}
                >
                  {name}
                  {ordered && <Icon name={rankAscending ? 'up' : 'down'} />}
                </button>
                {hint !== undefined && <span class="hidden">{hint}</span>}
              </th>
            )
          })}
          <th scope="col">
            <span class="hidden">Viewers</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row
            key={row.value}
            row={row}
            total={total}
            by={by}
            closed={closed}
            name={nameOf(by, row, titleOf)}
          />
        ))}
      </tbody>
      <tfoot>
        <tr data-testid="breakdown-total">
          <th scope="row">All</th>
          <Figures row={total} total={total} />
          <td />
        </tr>
      </tfoot>
    </FigureTable>
  )
}

export function nameOf(by: string, row: AudienceRow, titleOf: (mediaId: string) => string | null): string {
  const value = row.value ?? ''
  return valueWord(by, value, row.label ?? (by === 'title' ? titleOf(value) : null))
}

function Row({
  row,
  total,
  by,
  closed,
  name,
}: {
  row: AudienceRow
  total: AudienceRow
  by: string
  closed: boolean
  name: string
}) {
  const narrowed = narrowedTo(by, row, view.value, closed)
  const chosen = by === 'title' ? view.value.mediaId === row.value : view.value.dimensions[by] === row.value
  const toViewers =
    by === 'status' && isStatus(row.value)
      ? { status: row.value }
      : narrowed === null
        ? null
        : chosen
          ? {}
          : narrowed
  const few = isFew(row)
  return (
    <tr
      class={`${few ? css.few : ''} ${chosen ? css.chosen : css.row}`}
      title={few ? 'Fewer than 20 sessions: ratios say little' : undefined}
      data-testid="breakdown-row"
      data-value={row.value}
      data-few={few}
    >
      <th scope="row">
        {narrowed === null ? (
          <bdi class={css.name}>{name}</bdi>
        ) : (
          <button
            type="button"
            class={css.value}
            aria-pressed={chosen}
            data-testid="breakdown-value"
            onClick={() => changeView(narrowed)}
          >
            <bdi class={css.name}>{name}</bdi>
          </button>
        )}
        {few && <span class="hidden">, few sessions</span>}
      </th>
      <Figures row={row} total={total} />
      <td>
        {toViewers !== null && (
          <button
            type="button"
            class={`icon-button ${css.viewers}`}
            aria-label={`Show the viewers: ${name}`}
            title="Show the viewers"
            data-testid="breakdown-viewers"
            onClick={() => changeView({ ...toViewers, show: 'viewers' })}
          >
            <Icon name="person" />
          </button>
        )}
      </td>
    </tr>
  )
}

function Figures({ row, total }: { row: AudienceRow; total: AudienceRow }) {
  return (
    <>
      {BREAKDOWN_COLUMNS.map(({ id, figure }) => {
        const { text, beside } = figure(row, total)
        return <FigureCell key={id} column={id} text={text} beside={beside ?? null} />
      })}
    </>
  )
}
