import { Icon } from '../icons'
import css from './filter-chip.module.css'

/** A filter that is on, to be let go by a click. */
export function FilterChip({ name, value, onClear }: { name: string; value: string; onClear: () => void }) {
  return (
    <button
      type="button"
      class={css.chip}
      aria-label={`${name}: ${value}. Don’t filter by it`}
      data-testid="filter-chip"
      onClick={onClear}
    >
      <span class="quiet">{name}</span> <bdi class={css.value}>{value}</bdi>
      <Icon name="close" />
    </button>
  )
}
