import type { ComponentChildren } from 'preact'

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
    <div class="list-state" role={role}>
      <span class="list-state-mark" aria-hidden="true" />
      <h2>{heading}</h2>
      <p class="quiet">{children}</p>
      {action !== undefined && <div class="button-row">{action}</div>}
    </div>
  )
}

export function BrokenPage({ message }: { message: string }) {
  return (
    <main class="lone-state" data-testid="broken">
      <div class="list-state" role="alert">
        <span class="list-state-mark" aria-hidden="true" />
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
    <main class="lone-state" data-testid="signed-out">
      <div class="list-state">
        <span class="list-state-mark" aria-hidden="true" />
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
    <div class="loading" role="status" data-testid="loading">
      <span class="hidden">Loading viewers</span>
      {Array.from({ length: 8 }, (_, index) => (
        <div key={index} class="loading-row" aria-hidden="true" />
      ))}
    </div>
  )
}
