import { ago } from '../durations'
import { type ConnectionKind, connectionWord } from './connection'
import css from './connection-state.module.css'
import type { Screen } from './screen'

const KIND_TONE: Record<ConnectionKind, string> = {
  starting: 'tone-completed',
  live: 'tone-watching',
  polling: 'tone-completed',
  reconnecting: 'tone-buffering',
  away: 'tone-failed',
  'signed-out': 'tone-paused',
}

function ageWords(kind: ConnectionKind, age: number): string {
  const fault = kind === 'reconnecting' || kind === 'away'
  return age < 3000 && !fault ? 'up to date' : `data ${ago(Math.max(2000, age))}`
}

/** The state of the connection and the age of the data: in words, always on screen, with the same facts as a colour. */
export function ConnectionState({ screen }: { screen: Screen }) {
  const { kind, age } = screen.connection.value
  return (
    <p class={`${css.connection} ${KIND_TONE[kind]}`} data-testid="connection" data-kind={kind}>
      <span class={`mark-colour ${css.connectionDot}`} aria-hidden="true" />
      <span role="status">{connectionWord(kind)}</span>
      {age !== null && kind !== 'signed-out' && kind !== 'starting' && (
        <span class={css.connectionAge} data-testid="data-age">
          {ageWords(kind, age)}
        </span>
      )}
    </p>
  )
}

/** While the service is away: what is shown, how old it is, and when the next try is. */
export function AwayBanner({ screen, onRetry }: { screen: Screen; onRetry: () => void }) {
  const away = screen.away.value
  if (away === null) return null
  const { failure, age, nextTryS } = away
  return (
    <div class={css.banner} data-testid="away">
      <p role="alert">
        <strong>{failure.kind === 'away' ? 'The service can’t be reached.' : failure.message}</strong>{' '}
        {age === null ? 'Nothing has been read yet.' : 'What you see is how it was when it last answered.'}
      </p>
      <p class={css.bannerFacts}>
        {age !== null && <span data-testid="away-age">Data from {ago(age)}</span>}
        <span>{nextTryS > 0 ? `Next try in ${nextTryS} s` : 'Trying now'}</span>
      </p>
      <button type="button" class="button" onClick={onRetry}>
        Try now
      </button>
    </div>
  )
}
