import { effect, signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { ApiClient } from '../api/client'
import type { SignIn } from '../api/sign-in'
import { Icon } from '../icons'
import type { PageConfig } from '../page-config'
import { ThemeSwitch } from '../theme'
import { ConnectionState } from './connection-state'
import type { LiveData } from './data/live-data'
import css from './live-page.module.css'
import { ViewerPanel } from './panel/viewer-panel'
import type { Screen } from './screen'
import { SignedOut } from './states'
import { changeView, view } from './view'
import { ViewersView } from './viewers-view'

/** Narrower than this the panel has no room beside the list; the styles say the same. */
const NARROW = window.matchMedia('(max-width: 1199px)')
const narrow = signal(NARROW.matches)
NARROW.addEventListener('change', () => {
  narrow.value = NARROW.matches
})

/** The count in the tab's title, for a reader who looks at something else. */
function showCountInTitle(screen: Screen): () => void {
  return effect(() => {
    const { watchingNow } = screen.figures.value
    const { kind, asOf } = screen.connection.value
    const count =
      watchingNow === null || kind === 'signed-out'
        ? ''
        : `${asOf === null ? '' : '(old) '}${watchingNow.toLocaleString()} watching · `
    document.title = `${count}Live viewers`
  })
}

/** The page's frame: its header, the view that is open, and the panel of one viewer beside it. */
export function LivePage({
  config,
  client,
  data,
  screen,
  signIn,
}: {
  config: PageConfig
  client: ApiClient
  data: LiveData
  screen: Screen
  signIn: SignIn | null
}) {
  useEffect(() => showCountInTitle(screen), [screen])
  const signedOut = screen.connection.value.kind === 'signed-out'
  const { viewer, feed } = view.value
  const open = viewer !== null && !signedOut
  // A panel that lies over the rest keeps the keyboard, too, from going there.
  const covered = open && narrow.value
  return (
    <div class={`${css.livePage} ${open ? css.withPanel : ''}`}>
      {!signedOut && (
        <a class={css.skipLink} href="#viewers" inert={covered}>
          Skip to the viewers
        </a>
      )}
      <header class="top" inert={covered}>
        <span class="brand">
          <img src="./icon.svg" alt="" width="28" height="28" />
          <span>Live viewers</span>
        </span>
        <ConnectionState screen={screen} />
        <span class="spring" />
        {!signedOut && (
          <button
            type="button"
            class="button toggle"
            aria-pressed={feed}
            data-testid="open-feed"
            onClick={() => changeView({ feed: !feed })}
          >
            <Icon name="feed" />
            <span class="wide-only">Changes</span>
            <MessageCount screen={screen} />
          </button>
        )}
        <a class="button wide-only" href={config.videoPageUrl} target="_blank" rel="noopener">
          Video page
          <Icon name="external" />
        </a>
        <ThemeSwitch />
        {signIn !== null && !signedOut && (
          <button type="button" class="button" data-testid="sign-out" onClick={() => void signIn.end()}>
            Sign out
          </button>
        )}
      </header>
      {signedOut ? (
        <SignedOut onSignIn={() => void signIn?.begin()} />
      ) : (
        <>
          <main class={css.liveMain} inert={covered}>
            <ViewersView config={config} data={data} screen={screen} />
          </main>
          {open && (
            <ViewerPanel viewerId={viewer} client={client} data={data} screen={screen} covers={covered} />
          )}
        </>
      )}
    </div>
  )
}

function MessageCount({ screen }: { screen: Screen }) {
  const messages = screen.messages.value
  return (
    <span class="count" data-testid="message-count" title={`${messages.toLocaleString()} messages`}>
      {messages < 100_000 ? messages.toLocaleString() : `${Math.floor(messages / 1000).toLocaleString()} k`}
    </span>
  )
}
