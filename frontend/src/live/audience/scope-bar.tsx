import { shownText } from '../../outside-text'
import { dimensionWord, valueWord } from '../dimension-words'
import { FilterChip } from '../filter-chip'
import type { Screen } from '../screen'
import { timeZone } from '../times-of-day'
import { changeView, view } from '../view'
import css from './scope-bar.module.css'

/** Whom the figures are about, as filters that can be let go, and the way to these viewers. */
export function ScopeBar({ screen }: { screen: Screen }) {
  const { mediaId, dimensions } = view.value
  const title = screen.titleName.value ?? mediaId
  const values = Object.entries(dimensions)
  return (
    <section class={css.bar} aria-label="Whom the figures are about" data-testid="scope">
      {mediaId === null && values.length === 0 && <span>Everyone</span>}
      {title !== null && (
        <FilterChip name="Title" value={shownText(title)} onClear={() => changeView({ mediaId: null })} />
      )}
      {values.map(([name, value]) => (
        <FilterChip
          key={name}
          name={dimensionWord(name)}
          value={valueWord(name, value)}
          onClear={() =>
            changeView({
              dimensions: Object.fromEntries(values.filter(([each]) => each !== name)),
            })
          }
        />
      ))}
      {values.length > 1 && (
        <span class="quiet small" data-testid="scope-note">
          Figures are of the first value: pairs of values aren’t counted. The viewers are filtered by all.
        </span>
      )}
      <button
        type="button"
        class="button"
        data-testid="scope-viewers"
        onClick={() => changeView({ show: 'viewers' })}
      >
        Show the viewers
      </button>
      <span class={`quiet small ${css.zone}`}>
        Counted in sessions. Times are local ({timeZone()}), in the API and in CSV they are UTC.
      </span>
    </section>
  )
}
