import type { ComponentChildren } from 'preact'
import type { ApiFailure } from '../../api/client'
import { Icon } from '../../icons'
import type { Reading } from '../data/reading'
import type { Screen } from '../screen'
import { toTheSecond } from '../times-of-day'
import css from './card.module.css'

/**
 * A card of the view: its heading, what its figures are of, its controls, and its content once there is an answer.
 * While the service isn't heard the content is grey, and the caption says of when it is.
 */
export function Card<Answer>({
  id,
  heading,
  caption,
  controls,
  reading,
  screen,
  onCsv,
  children,
}: {
  id: string
  heading: ComponentChildren
  caption: ComponentChildren
  controls?: ComponentChildren
  reading: Reading<Answer>
  screen: Screen
  /** Saves what is shown. */
  onCsv: (answer: Answer) => void
  children: (answer: Answer) => ComponentChildren
}) {
  const answer = reading.answer.value
  const failure = reading.failure.value
  const asOf = standsSince(reading, screen)
  return (
    <section class={`card ${css.card}`} aria-labelledby={`${id}-heading`} data-testid={id}>
      <div class={css.head}>
        <h2 id={`${id}-heading`}>{heading}</h2>
        <span class={`quiet small ${css.caption}`} data-testid="as-of">
          {asOf === null ? caption : `as of ${toTheSecond(asOf)}`}
        </span>
        <div class={css.controls}>
          {controls}
          <button
            type="button"
            class="button"
            disabled={answer === null}
            title="Save what is shown as CSV; its times are UTC"
            data-testid={`${id}-csv`}
            onClick={() => answer !== null && onCsv(answer)}
          >
            <Icon name="save" />
            CSV
          </button>
        </div>
      </div>
      {answer === null ? (
        failure === null ? (
          <div class={css.place} role="status" data-testid={`${id}-loading`}>
            <span class="hidden">Loading</span>
          </div>
        ) : (
          <Failure failure={failure} />
        )
      ) : (
        <div class={asOf === null ? '' : css.still} data-still={asOf !== null}>
          {children(answer)}
        </div>
      )}
    </section>
  )
}

/** Why there is nothing to show. */
function Failure({ failure }: { failure: ApiFailure }) {
  return (
    <p class="empty-note" role="alert" data-testid="card-failure">
      {failure.message} {failure.kind === 'away' && 'It is tried again by itself.'}
    </p>
  )
}

/** When an answer that has grown old came, by this machine's clock, ms; null while it is up to date. */
export function standsSince<Answer>(reading: Reading<Answer>, screen: Screen): number | null {
  const heardAt = reading.heardAt.value
  if (heardAt === 0) return null
  return screen.connection.value.asOf !== null || reading.failure.value !== null ? heardAt : null
}
