import { percent } from '../experience'
import type { Screen } from '../screen'
import { changeView, view } from '../view'
import css from './trouble-strip.module.css'

/** Who has trouble, in one line; each figure is the filter for those whom it counts. */
export function TroubleStrip({ screen }: { screen: Screen }) {
  const { trouble } = screen.figures.value
  const { status, experience } = view.value
  const { asOf } = screen.connection.value
  const kinds = [
    {
      id: 'buffering',
      name: 'Buffering',
      tone: 'buffering',
      figure: trouble === null ? '–' : percent(trouble.bufferingShare),
      of: null,
      some: (trouble?.buffering ?? 0) > 0,
      pressed: status === 'BUFFERING_VIDEO',
      on: { status: 'BUFFERING_VIDEO', experience: null },
    },
    {
      id: 'poor',
      name: 'Poor',
      tone: 'failed',
      figure: trouble?.poor.toLocaleString() ?? '–',
      of: trouble?.poorOf ?? null,
      some: (trouble?.poor ?? 0) > 0,
      pressed: experience === 'poor',
      on: { status: null, experience: 'poor' },
    },
    {
      id: 'failed',
      name: 'Failed',
      tone: 'failed',
      figure: trouble?.failed.toLocaleString() ?? '–',
      of: null,
      some: (trouble?.failed ?? 0) > 0,
      pressed: status === 'FAILED_VIDEO',
      on: { status: 'FAILED_VIDEO', experience: null },
    },
  ] as const
  return (
    <section
      class={`${css.strip} ${asOf === null ? '' : css.still}`}
      aria-label="Trouble"
      data-testid="trouble"
    >
      {kinds.map(({ id, name, tone, figure, of, some, pressed, on }) => (
        <button
          key={id}
          type="button"
          class={`${css.figure} tone-${some ? tone : 'paused'}`}
          aria-pressed={pressed}
          data-testid={`trouble-${id}`}
          onClick={() => changeView(pressed ? { status: null, experience: null } : on)}
        >
          <span class="dot" aria-hidden="true" />
          {name} <strong>{figure}</strong>
          {of !== null && <span class="quiet"> of {of.toLocaleString()} loaded</span>}
        </button>
      ))}
    </section>
  )
}
