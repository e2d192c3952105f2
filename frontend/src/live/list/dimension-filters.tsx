import type { DimensionConfig } from '../../page-config'
import { dimensionWord, valueWord } from '../dimension-words'
import { FilterChip } from '../filter-chip'
import type { Screen } from '../screen'
import { changeView, view } from '../view'
import css from './dimension-filters.module.css'

/** A filter by each of the stage's dimensions, and whether it is a column of the list. */
export function DimensionFilters({
  dimensions,
  screen,
}: {
  dimensions: readonly DimensionConfig[]
  screen: Screen
}) {
  const { dimensions: chosen, columns } = view.value
  const valuesOf = screen.valuesOf.value
  return (
    <div class={css.filters} data-testid="dimension-filters">
      {dimensions.map(({ name }) => {
        const value = chosen[name] ?? null
        const word = dimensionWord(name)
        return (
          <div key={name} class={css.filter}>
            <label>
              <span class="quiet small">{word}</span>
              <select
                class="plain"
                value={value ?? ''}
                data-testid={`filter-${name}`}
                onChange={(event) =>
                  changeView({ dimensions: withValue(chosen, name, event.currentTarget.value) })
                }
              >
                <option value="">Any</option>
                {valuesOf(name, value).map((each) => (
                  <option key={each.value} value={each.value} dir="auto">
                    {`${valueWord(name, each.value)} (${each.viewers.toLocaleString()})`}
                  </option>
                ))}
              </select>
            </label>
            <label class={`small ${css.column}`}>
              <input
                type="checkbox"
                checked={columns.includes(name)}
                data-testid={`column-${name}`}
                onChange={(event) =>
                  changeView({
                    columns: event.currentTarget.checked
                      ? [...columns, name]
                      : columns.filter((each) => each !== name),
                  })
                }
              />
              <span>
                Column<span class="hidden"> {word}</span>
              </span>
            </label>
          </div>
        )
      })}
    </div>
  )
}

function withValue(
  chosen: Readonly<Record<string, string>>,
  name: string,
  value: string,
): Record<string, string> {
  const { [name]: _, ...others } = chosen
  return value === '' ? others : { ...others, [name]: value }
}

/** The values that the list is narrowed to, each to be let go by a click. */
export function ChosenValues({ dimensions }: { dimensions: [string, string][] }) {
  return (
    <div class={css.chosen} data-testid="chosen">
      {dimensions.map(([name, value]) => (
        <FilterChip
          key={name}
          name={dimensionWord(name)}
          value={valueWord(name, value)}
          onClear={() =>
            changeView({ dimensions: Object.fromEntries(dimensions.filter(([each]) => each !== name)) })
          }
        />
      ))}
    </div>
  )
}
