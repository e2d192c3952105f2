import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { ApiClient } from '../../api/client'
import type { ViewerProfile } from '../../api/viewer'
import { ago, spell } from '../../durations'
import { Icon } from '../../icons'
import { shownId, shownText } from '../../outside-text'
import type { LiveData } from '../data/live-data'
import type { Screen } from '../screen'
import { StatusBadge } from '../status-badge'
import { dayAndTime } from '../times-of-day'
import { changeView } from '../view'
import { viewerName } from '../viewer-names'
import { currentSession } from './current-session'
import { SessionStory } from './session-story'
import { ViewerAdsSection } from './viewer-ads'
import { ViewerData } from './viewer-data'
import css from './viewer-panel.module.css'
import { ViewerFacts } from './viewer-totals'

/** Everything about one viewer, beside the list. Escape closes it and gives the focus back to the viewer's row. */
export function ViewerPanel({
  viewerId,
  client,
  data,
  screen,
  covers,
}: {
  viewerId: string
  client: ApiClient
  data: LiveData
  screen: Screen
  /** The panel lies over the list, which can't be reached meanwhile. */
  covers: boolean
}) {
  const heading = useRef<HTMLHeadingElement>(null)
  const viewer = useMemo(() => new ViewerData(client, data, viewerId), [client, data, viewerId])
  const [chosen, setChosen] = useState<string | null>(null)
  useEffect(() => {
    setChosen(null)
    viewer.start()
    return () => viewer.stop()
  }, [viewer])
  // the focus goes to each viewer that is opened, and from the last one back to its row
  const last = useRef(viewerId)
  last.current = viewerId
  useEffect(() => heading.current?.focus({ preventScroll: true }), [viewerId])
  useEffect(() => () => focusRow(last.current), [])
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !(event.target instanceof HTMLInputElement)) close()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
  const go = (steps: number) => {
    const next = screen.beside(viewerId, steps)
    if (next !== null) changeView({ viewer: next })
  }

  const profile = viewer.profile.value
  const failure = viewer.failure.value
  screen.drawing.value // the viewers before and after this one may be others now
  const now = screen.now.value
  const name = viewerName(viewerId)
  return (
    <>
      {covers && <div class={css.cover} data-testid="panel-cover" onPointerDown={close} />}
      <dialog
        open
        class={css.panel}
        aria-labelledby="panel-heading"
        aria-modal={covers}
        data-testid="viewer-panel"
      >
        {/* biome-ignore lint/a11y/noStaticElementInteractions: the arrows do what the two buttons in it do */}
        <div
          class={css.head}
          onKeyDown={(event) => {
            if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
            event.preventDefault()
            go(event.key === 'ArrowDown' ? 1 : -1)
          }}
        >
          <div class={css.name}>
            <h2 id="panel-heading" ref={heading} tabIndex={-1}>
              <bdi>{name}</bdi>
            </h2>
            {name !== shownId(viewerId) && (
              <p class={`quiet small ${css.id}`}>
                <bdi>{shownId(viewerId)}</bdi>
              </p>
            )}
            {profile !== null && <p class="quiet small">{sessionWords(profile, now)}</p>}
          </div>
          <button
            type="button"
            class="icon-button"
            aria-label="Previous viewer"
            disabled={screen.beside(viewerId, -1) === null}
            onClick={() => go(-1)}
          >
            <Icon name="up" />
          </button>
          <button
            type="button"
            class="icon-button"
            aria-label="Next viewer"
            disabled={screen.beside(viewerId, 1) === null}
            onClick={() => go(1)}
          >
            <Icon name="down" />
          </button>
          <button
            type="button"
            class="icon-button"
            aria-label="Close"
            data-testid="close-panel"
            onClick={close}
          >
            <Icon name="close" />
          </button>
        </div>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
        <section class={css.body} tabIndex={0} aria-label="Profile">
          {profile === null ? (
            failure === null ? (
              <p class="empty-note" role="status">
                Loading the profile…
              </p>
            ) : (
              <p class="empty-note" role="alert" data-testid="panel-failure">
                {failure.kind === 'not-found'
                  ? 'No session of this viewer is kept: it may have been erased, or its retention is over.'
                  : `${failure.message} It is tried again by itself.`}
              </p>
            )
          ) : (
            <Profile profile={profile} viewer={viewer} now={now} chosen={chosen} choose={setChosen} />
          )}
        </section>
      </dialog>
    </>
  )
}

function close(): void {
  changeView({ viewer: null })
}

/** Once the list can take it again: a list that was covered is freed with the panel. */
function focusRow(viewerId: string): void {
  requestAnimationFrame(() => {
    if (document.activeElement !== null && document.activeElement !== document.body) return
    const row = document.querySelector(
      `[data-viewer-id="${CSS.escape(viewerId)}"] [data-testid="viewer-name"]`,
    )
    const target = row ?? document.querySelector('[data-testid="viewer-name"]')
    if (target instanceof HTMLElement) target.focus({ preventScroll: row !== null })
  })
}

/** "4 sessions, 1 live · first seen 3 d ago" */
function sessionWords(profile: ViewerProfile, now: number): string {
  const live = profile.sessions.filter((session) => session.liveUntil > now).length
  const kept = profile.sessionCount === 1 ? '1 session' : `${profile.sessionCount} sessions`
  return `${profile.partial ? 'more than ' : ''}${kept}, ${live} live · first seen ${ago(now - profile.firstSeen)}`
}

function Profile({
  profile,
  viewer,
  now,
  chosen,
  choose,
}: {
  profile: ViewerProfile
  viewer: ViewerData
  now: number
  chosen: string | null
  choose: (sessionId: string) => void
}) {
  const session = profile.sessions.find((each) => each.sessionId === chosen) ?? currentSession(profile, now)
  return (
    <>
      {viewer.failure.value !== null && (
        <p class="notice" role="status">
          This profile may be out of date: {viewer.failure.value.message}
        </p>
      )}
      {session !== null && (
        <SessionStory session={session} events={viewer.events.value} now={now} cut={viewer.cut.value} />
      )}
      {viewer.ads.value !== null && (
        <ViewerAdsSection ads={viewer.ads.value} sessionId={session?.sessionId ?? null} />
      )}
      <section aria-labelledby="sessions-heading">
        <h3 id="sessions-heading">Sessions</h3>
        <ul class={css.sessionList}>
          {profile.sessions.map((each) => (
            <li key={each.sessionId}>
              <button
                type="button"
                class={css.sessionRow}
                aria-pressed={each.sessionId === session?.sessionId}
                onClick={() => choose(each.sessionId)}
              >
                <span class={css.sessionTitle}>
                  <bdi>{shownText(each.title ?? 'No title')}</bdi>
                </span>
                <span class="quiet small">
                  {dayAndTime(each.firstSeen)}
                  {' · '}
                  {spell(each.counters.timePlayed)} played
                </span>
                {each.liveUntil > now ? (
                  <StatusBadge status={each.status} />
                ) : (
                  <span class="quiet small">Left</span>
                )}
              </button>
            </li>
          ))}
        </ul>
      </section>
      <section aria-labelledby="all-heading" data-testid="all-sessions">
        <h3 id="all-heading">
          All sessions{' '}
          <span class="quiet">
            ({profile.partial ? `the newest ${profile.sessionCount}` : profile.sessionCount})
          </span>
        </h3>
        <ViewerFacts profile={profile} />
      </section>
    </>
  )
}
