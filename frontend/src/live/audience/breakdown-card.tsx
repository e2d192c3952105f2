import type { Breakdown } from '../../api/breakdown'
import type { DimensionConfig } from '../../page-config'
import { saveCsv } from '../csv'
import type { Reading } from '../data/reading'
import { byWord, dimensionWord } from '../dimension-words'
import type { Screen } from '../screen'
import { changeView, view } from '../view'
import css from './breakdown-card.module.css'
import { breakdownCsv, orderRows } from './breakdown-columns'
import { BreakdownTable } from './breakdown-table'
import { Card } from './card'
import { oneOf, WINDOWS } from './choices'
import { type AudienceScope, hasPairs } from './scope'

/** The audience broken down by a dimension, by title or by status. */
export function BreakdownCard({
  breakdown,
  scope,
  dimensions,
  screen,
}: {
  breakdown: Reading<Breakdown>
  scope: AudienceScope
  dimensions: readonly DimensionConfig[]
  screen: Screen
}) {
  const { by, window, rank, rankAscending } = view.value
  const titles = new Map(screen.titles.value.map((title) => [title.mediaId, title.title]))
  return (
    <Card
      id="breakdown"
      heading={
        <label>
          Breakdown by{' '}
          <select
            class="plain"
            value={by}
            data-testid="by"
            onChange={(event) => changeView({ by: event.currentTarget.value })}
          >
            {byChoices(dimensions, by).map((each) => (
              <option key={each} value={each}>
                {byWord(each)}
              </option>
            ))}
          </select>
        </label>
      }
      caption={breakdown.answer.value?.partial === true ? 'partial: not all could be read in time' : ''}
      controls={<Window window={window} />}
      reading={breakdown}
      screen={screen}
      onCsv={(answer) =>
        saveCsv(`audience-by-${by}`, breakdownCsv(answer, orderRows(answer, rank, rankAscending)))
      }
    >
      {(answer) => (
        <>
          {!hasPairs(scope, by) && (
            <p class={`quiet small ${css.note}`} data-testid="breakdown-note">
              Of everyone: pairs of {dimensionWord(scope.by ?? '')} and {byWord(by)} aren’t counted.
            </p>
          )}
          <BreakdownTable
            breakdown={answer}
            closed={dimensions.some((each) => each.name === by && !each.open)}
            titleOf={(mediaId) => titles.get(mediaId) ?? null}
          />
        </>
      )}
    </Card>
  )
}

function Window({ window }: { window: number }) {
  return (
    <label>
      <span class="hidden">Figures of the</span>
      <select
        class="plain"
        value={String(window)}
        data-testid="window"
        onChange={(event) => changeView({ window: oneOf(WINDOWS, event.currentTarget.value) ?? 5 })}
      >
        {WINDOWS.map((each) => (
          <option key={each} value={String(each)}>
            {each === 1 ? 'last minute' : each === 60 ? 'last hour' : `last ${each} min`}
          </option>
        ))}
      </select>
    </label>
  )
}

/** What the audience can be broken down by; what the address names is among it, for the service may know it. */
function byChoices(dimensions: readonly DimensionConfig[], by: string): string[] {
  return [...new Set([...dimensions.map((dimension) => dimension.name), 'title', 'status', by])]
}
