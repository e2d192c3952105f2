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
  const signedOut = screen.connection.value.kind === 'signed-out'
  const { viewer, feed } = view.value
  return (
    <div class={`${css.livePage} ${viewer === null || signedOut ? '' : css.withPanel}`}>
      {!signedOut && (
        <a class={css.skipLink} href="#viewers">
          Skip to the viewers
        </a>
      )}
      <header class="top">
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
          <main class={css.liveMain}>
            <ViewersView config={config} data={data} screen={screen} />
          </main>
          {viewer !== null && <ViewerPanel viewerId={viewer} client={client} data={data} screen={screen} />}
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
