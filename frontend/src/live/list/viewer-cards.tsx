import { memo } from 'preact/compat'
import { shownText } from '../../outside-text'
import { type CellProps, COLUMNS, type Column } from './columns'
import css from './viewer-cards.module.css'
import { unheard } from './viewer-table'

function placed(place: Column['card']): readonly Column[] {
  return COLUMNS.filter((column) => column.card === place)
}

const HEAD = placed('head')
const LINES = placed('line')
const FACTS = placed('fact')

/** A viewer as a card: the same columns as the table's, each at the place that it names. */
export const ViewerCard = memo(function ViewerCard(cell: CellProps) {
  const { viewerId, session, opened, open } = cell
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the name is the button for keyboards
    <div
      role="listitem"
      class={`card ${css.card} ${opened ? css.opened : ''} ${unheard(cell) ? css.unheard : ''}`}
      data-unheard={unheard(cell)}
      data-testid="viewer-row"
      data-viewer-id={viewerId}
      data-version={session.version}
      onClick={() => open(viewerId)}
    >
      <div class={css.head}>
        {HEAD.map((column) => (
          <div key={column.id}>{column.render(cell)}</div>
        ))}
      </div>
      {LINES.map((column) => (
        <div key={column.id} class={css.line}>
          {column.render(cell)}
        </div>
      ))}
      <dl class={css.facts}>
        {FACTS.map((column) => (
          <div key={column.id}>
            <dt>
              {column.name}
              {column.hint !== undefined && <span class="hidden"> {column.hint}</span>}
            </dt>
            <dd>{column.render(cell)}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
})

export function CardHeading({
  title,
  viewers,
  place,
}: {
  title: string
  viewers: string
  place: Record<string, string>
}) {
  return (
    <div class={css.heading} style={place} role="listitem" data-testid="title-heading">
      <bdi class={css.headingName}>{shownText(title)}</bdi>
      <span class="quiet">{viewers}</span>
    </div>
  )
}
