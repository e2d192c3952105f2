import { ago } from '../durations'
import { clockTick } from './clock'
import { connectionKind, connectionWord } from './connection'
import type { LiveData } from './live-data'

/** The state of the connection and the age of the data: in words, always on screen, with the same facts as a colour. */
export function ConnectionState({ data, signedOut }: { data: LiveData; signedOut: boolean }) {
  clockTick.value
  data.revision.value
  const now = Date.now()
  const kind = connectionKind(
    { signedOut, pushed: data.rowsPushed, lastHeard: data.lastHeard, failingSince: data.failingSince.value },
    now,
  )
  const age = data.lastHeard === 0 ? null : Math.max(0, now - data.lastHeard)
  return (
    <p class={`connection connection-${kind}`} data-testid="connection" data-kind={kind}>
      <span class="connection-dot" aria-hidden="true" />
      <span role="status">{connectionWord(kind)}</span>
      {age !== null && kind !== 'signed-out' && (
        <span class="connection-age" data-testid="data-age">
          {age < 3000 ? 'up to date' : `data ${ago(age)}`}
        </span>
      )}
    </p>
  )
}

/** While the service is away: what is shown, how old it is, and when the next try is. */
export function AwayBanner({ data }: { data: LiveData }) {
  clockTick.value
  const failure = data.failure.value
  const since = data.failingSince.value
  const now = Date.now()
  if (failure === null || since === null || (data.lastHeard !== 0 && now - since < 5000)) return null
  const next = data.nextTry.value
  const wait = next === null ? 0 : Math.max(0, Math.ceil((next - now) / 1000))
  return (
    <div class="banner" data-testid="away">
      <p role="alert">
        <strong>{failure.kind === 'away' ? 'The service can’t be reached.' : failure.message}</strong>{' '}
        {data.lastHeard === 0
          ? 'Nothing has been read yet.'
          : 'What you see is how it was when it last answered.'}
      </p>
      <p class="banner-facts">
        {data.lastHeard !== 0 && <span data-testid="away-age">Data from {ago(now - data.lastHeard)}</span>}
        <span>{wait > 0 ? `Next try in ${wait} s` : 'Trying now'}</span>
      </p>
      <button type="button" class="button" onClick={() => data.retryNow()}>
        Try now
      </button>
    </div>
  )
}
