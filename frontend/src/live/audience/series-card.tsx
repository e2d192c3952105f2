import { saveCsv } from '../csv'
import type { Reading } from '../data/reading'
import type { Screen } from '../screen'
import { changeView, view } from '../view'
import { Card } from './card'
import { COMPARISON_WORDS, COMPARISONS, canCompare, METRICS, oneOf, RANGE_WORDS, RANGES } from './choices'
import type { SpannedSeries } from './questions'
import { curveOf, seriesCsv } from './series'
import css from './series-card.module.css'
import { SeriesChart } from './series-chart'
import { METRIC_WORDS } from './words'

/** One metric over time, of a range to choose, beside the same of some time before. */
export function SeriesCard({
  series,
  before,
  screen,
}: {
  series: Reading<SpannedSeries>
  before: Reading<SpannedSeries>
  screen: Screen
}) {
  const { metric, range, compare } = view.value
  const earlier = compare === null ? null : before.answer.value
  const compared =
    earlier === null || compare === null ? null : { points: earlier.points, comparison: compare }
  return (
    <Card
      id="series"
      heading={
        <label>
          <span class="hidden">Over time: </span>
          <select
            class="plain"
            value={metric}
            data-testid="metric"
            onChange={(event) =>
              changeView({ metric: oneOf(METRICS, event.currentTarget.value) ?? 'watching' })
            }
          >
            {METRICS.map((each) => (
              <option key={each} value={each}>
                {METRIC_WORDS[each].name}
              </option>
            ))}
          </select>
        </label>
      }
      caption={METRIC_WORDS[metric].hint}
      controls={<Times />}
      reading={series}
      screen={screen}
      onCsv={(answer) => saveCsv(`audience-${range}`, seriesCsv(answer, earlier, compare))}
    >
      {(answer) => (
        <>
          <SeriesChart
            curve={curveOf(answer.span, metric, answer.points, compared)}
            metric={metric}
            range={range}
            compare={compare}
          />
          <p class={`quiet small ${css.legend}`}>
            <span class={css.line}>{RANGE_WORDS[range]}</span>
            {compare !== null && (
              <span class={css.dashed} data-testid="compared">
                {COMPARISON_WORDS[compare]}
                {before.failure.value !== null && `: ${before.failure.value.message}`}
              </span>
            )}
            <span>A gap: no figure.</span>
          </p>
        </>
      )}
    </Card>
  )
}

function Times() {
  const { range, compare } = view.value
  return (
    <>
      <label>
        <span class="hidden">Range</span>
        <select
          class="plain"
          value={range}
          data-testid="range"
          onChange={(event) => {
            const chosen = oneOf(RANGES, event.currentTarget.value) ?? 'hour'
            const kept = compare !== null && canCompare(chosen, compare) ? compare : null
            changeView({ range: chosen, compare: kept })
          }}
        >
          {RANGES.map((each) => (
            <option key={each} value={each}>
              {RANGE_WORDS[each]}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span class="hidden">Compared with</span>
        <select
          class="plain"
          value={compare ?? ''}
          data-testid="compare"
          onChange={(event) => changeView({ compare: oneOf(COMPARISONS, event.currentTarget.value) })}
        >
          <option value="">not compared</option>
          {COMPARISONS.map((each) => (
            <option key={each} value={each} disabled={!canCompare(range, each)}>
              with {COMPARISON_WORDS[each]}
              {canCompare(range, each) ? '' : ' (of a day)'}
            </option>
          ))}
        </select>
      </label>
    </>
  )
}
