import type { ComponentChildren } from 'preact'
import css from './states.module.css'

/** A state of the whole list: one sentence that says what is, one that says what to do, and the means to do it. */
export function ListState({
  heading,
  children,
  action,
  role,
}: {
  heading: string
  children: ComponentChildren
  action?: ComponentChildren
  role?: 'status' | 'alert'
}) {
  return (
    <div class={css.listState} role={role}>
      <span class={css.listStateMark} aria-hidden="true" />
      <h2>{heading}</h2>
      <p class="quiet">{children}</p>
      {action !== undefined && <div class="button-row">{action}</div>}
    </div>
  )
}

export function BrokenPage({ message }: { message: string }) {
  return (
    <main class={css.loneState} data-testid="broken">
      <div class={css.listState} role="alert">
        <span class={css.listStateMark} aria-hidden="true" />
        <h1>The page could not start</h1>
        <p class="quiet">{message}</p>
        <div class="button-row">
          <button type="button" class="button button-primary" onClick={() => location.reload()}>
            Try again
          </button>
        </div>
      </div>
    </main>
  )
}

export function SignedOut({ onSignIn }: { onSignIn: () => void }) {
  return (
    <main class={css.loneState} data-testid="signed-out">
      <div class={css.listState}>
        <span class={css.listStateMark} aria-hidden="true" />
        <h1>Sign in to see who is watching</h1>
        <p class="quiet">Viewer profiles are only shown to people of your organisation.</p>
        <div class="button-row">
          <button type="button" class="button button-primary" data-testid="sign-in" onClick={onSignIn}>
            Sign in
          </button>
        </div>
      </div>
    </main>
  )
}

/** Rows that hold the place of those to come. */
export function LoadingRows() {
  return (
    <div class={css.loading} role="status" data-testid="loading">
      <span class="hidden">Loading viewers</span>
      {Array.from({ length: 8 }, (_, index) => (
        <div key={index} class={css.loadingRow} aria-hidden="true" />
      ))}
    </div>
  )
}
