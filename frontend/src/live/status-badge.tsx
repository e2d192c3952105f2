import { type Status, statusTone, statusWord } from './status'

/** A status as a colour and a word. */
export function StatusBadge({ status, testId }: { status: Status; testId?: string }) {
  return (
    <span class={`badge tone-${statusTone(status)}`} data-status={status} data-testid={testId}>
      <span class="dot" aria-hidden="true" />
      {statusWord(status)}
    </span>
  )
}
