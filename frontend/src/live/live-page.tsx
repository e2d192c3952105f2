import { effect, signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { ApiClient } from '../api/client'
import type { SignIn } from '../api/sign-in'
import { Icon } from '../icons'
import type { PageConfig } from '../page-config'
import { ThemeSwitch } from '../theme'
import { AudiencePlace } from './audience-place'
import { ConnectionState } from './connection-state'
import type { LiveData } from './data/live-data'
import css from './live-page.module.css'
import { ViewerPanel } from './panel/viewer-panel'
import type { Screen } from './screen'
import { SignedOut } from './states'
import { changeView, view } from './view'
import { writeView } from './view-state'
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
  const { viewer, feed, show } = view.value
  const main = useRef<HTMLElement>(null)
  // A button of the view that was left is gone, and the focus with it.
  const shown = useRef(show)
  useEffect(() => {
    if (shown.current === show) return
    shown.current = show
    if (document.activeElement === document.body) main.current?.focus({ preventScroll: true })
    window.scrollTo(0, 0)
  }, [show])
  const open = viewer !== null && !signedOut
  // A panel that lies over the rest keeps the keyboard, too, from going there.
  const covered = open && narrow.value
  return (
    <div class={`${css.livePage} ${open ? css.withPanel : ''}`}>
      {!signedOut && (
        <a class={css.skipLink} href={show === 'audience' ? '#view' : '#viewers'} inert={covered}>
          {show === 'audience' ? 'Skip to the figures' : 'Skip to the viewers'}
        </a>
      )}
      <header class="top" inert={covered}>
        <span class="brand">
          <img src="./icon.svg" alt="" width="28" height="28" />
          <span>Live viewers</span>
        </span>
        {!signedOut && <Views />}
        <ConnectionState screen={screen} />
        <span class="spring" />
        {!signedOut && (
          <button
            type="button"
            class="button toggle"
            aria-pressed={feed && show === 'viewers'}
            data-testid="open-feed"
            onClick={() => changeView({ feed: !feed, show: 'viewers' })}
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
          <main class={css.liveMain} id="view" tabIndex={-1} inert={covered} ref={main}>
            {show === 'audience' ? (
              <AudiencePlace config={config} client={client} data={data} screen={screen} />
            ) : (
              <ViewersView config={config} client={client} data={data} screen={screen} />
            )}
          </main>
          {open && (
            <ViewerPanel viewerId={viewer} client={client} data={data} screen={screen} covers={covered} />
          )}
        </>
      )}
    </div>
  )
}

const VIEWS = [
  { show: 'viewers', name: 'Viewers' },
  { show: 'audience', name: 'Audience' },
] as const

/** The way from view to view. They are links, so that one can be opened beside the other. */
function Views() {
  return (
    <nav class={css.views} aria-label="Views">
      {VIEWS.map(({ show, name }) => (
        <a
          key={show}
          href={location.pathname + writeView({ ...view.value, show })}
          aria-current={view.value.show === show ? 'page' : undefined}
          data-testid={`view-${show}`}
          onClick={(event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
            event.preventDefault()
            changeView({ show })
          }}
        >
          {name}
        </a>
      ))}
    </nav>
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
