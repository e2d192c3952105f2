import type { ComponentChildren } from 'preact'
import css from './figure-table.module.css'

/** A table of figures; its names, in the first column, and its head stay in sight where the rest scrolls. */
export function FigureTable({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section class={css.scroll} tabIndex={0} aria-label={`${label}, scrolls`}>
      <table class={css.table}>{children}</table>
    </section>
  )
}

/** A figure, and below it what it is of. */
export function FigureCell({
  column,
  text,
  beside,
}: {
  column: string
  text: string
  beside: string | null
}) {
  return (
    <td data-column={column}>
      {text}
      {beside !== null && <span class={css.beside}>{beside}</span>}
    </td>
  )
}
