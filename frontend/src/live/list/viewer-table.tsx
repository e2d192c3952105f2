import { memo } from 'preact/compat'
import { Icon } from '../../icons'
import { shownText } from '../../outside-text'
import { silentFor } from '../silence'
import { changeView, view } from '../view'
import { type CellProps, COLUMNS, type Column } from './columns'
import css from './viewer-table.module.css'

/** Columns as grid tracks; a narrow list has lines instead, which its styles place. */
export function gridTracks(columns: readonly Column[]): string {
  return columns.map((column) => column.width).join(' ')
}

const NARROW_CLASS: Record<NonNullable<Column['narrow']>, string | undefined> = {
  viewer: css.narrowViewer,
  status: css.narrowStatus,
  title: css.narrowTitle,
  progress: css.narrowProgress,
}

/** The names of the columns, by which the rows can be ordered. On a narrow list it is only read out. */
export function TableHead({ columns, narrow }: { columns: readonly Column[]; narrow: boolean }) {
  const { sort, descending } = view.value
  return (
    <div role="rowgroup" class={narrow ? 'hidden' : css.head}>
      <div role="row" class={css.columns} aria-rowindex={1}>
        {columns.map((column) => {
          const sorted = column.id === sort
          return (
            <div
              key={column.id}
              role="columnheader"
              class={css.cell}
              title={column.hint}
              aria-sort={
                column.sort === undefined
                  ? undefined
                  : sorted
                    ? descending
                      ? 'descending'
                      : 'ascending'
                    : 'none'
              }
            >
              {column.sort === undefined ? (
                column.name
              ) : (
                <button
                  type="button"
                  class={css.sortButton}
                  tabIndex={narrow ? -1 : 0}
                  onClick={() => changeView({ sort: column.id, descending: sorted ? !descending : false })}
                >
                  {column.name}
                  {sorted && <Icon name={descending ? 'down' : 'up'} />}
                </button>
              )}
              {column.hint !== undefined && <span class="hidden"> {column.hint}</span>}
            </div>
          )
        })}
      </div>
    </div>
  )
}

/** Nothing is heard of the viewer any more: such a row is dimmed. */
export function unheard({ session, now, left }: CellProps): boolean {
  return left || silentFor(session, now) !== null
}

/** A viewer as a row; `place` is its distance from the top of the list, px. */
export const TableRow = memo(function TableRow({
  columns,
  narrow,
  place,
  height,
  index,
  ...cell
}: CellProps & {
  columns: readonly Column[]
  narrow: boolean
  place: number
  height: number
  index: number
}) {
  const { viewerId, session, opened, open } = cell
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the name in the first cell is the button for keyboards
    <div
      role="row"
      aria-rowindex={index}
      class={`${css.row} ${narrow ? css.narrowColumns : css.columns} ${opened ? css.opened : ''} ${unheard(cell) ? css.unheard : ''}`}
      data-unheard={unheard(cell)}
      style={{ transform: `translateY(${place}px)`, height: `${height}px` }}
      data-testid="viewer-row"
      data-viewer-id={viewerId}
      data-version={session.version}
      onClick={() => open(viewerId)}
    >
      {columns.map((column) => (
        <div
          key={column.id}
          role="cell"
          class={`${css.cell} ${narrow ? (column.narrow === undefined ? 'hidden' : NARROW_CLASS[column.narrow]) : ''}`}
        >
          {column.render(cell)}
        </div>
      ))}
    </div>
  )
})

export function TableHeading({
  title,
  viewers,
  place,
}: {
  title: string
  viewers: string
  place: Record<string, string>
}) {
  return (
    <div class={css.heading} style={place} role="row" data-testid="title-heading">
      <span role="cell" aria-colspan={COLUMNS.length}>
        <bdi class={css.headingName}>{shownText(title)}</bdi>
        <span class="quiet">{viewers}</span>
      </span>
    </div>
  )
}
