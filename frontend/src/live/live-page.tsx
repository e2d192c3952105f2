import { useEffect, useMemo } from 'preact/hooks'
import type { ApiClient } from '../api/client'
import type { SignIn } from '../api/sign-in'
import { Icon } from '../icons'
import type { PageConfig } from '../page-config'
import { ThemeSwitch } from '../theme'
import { clockTick } from './clock'
import { AwayBanner, ConnectionState } from './connection-state'
import { FeedPanel } from './feed-panel'
import type { LiveData } from './live-data'
import { Overview } from './overview'
import { groupByTitle, selectRows } from './select-rows'
import { ListState, LoadingRows, SignedOut } from './states'
import { isWatching, STATUSES, type Status } from './status'
import { type TitleChoice, Toolbar } from './toolbar'
import { changeView, view } from './view'
import { DEFAULT_VIEW } from './view-state'
import { ViewerList } from './viewer-list'
import { ViewerPanel } from './viewer-panel'

interface PageProps {
  config: PageConfig
  client: ApiClient
  data: LiveData
  signIn: SignIn | null
  signedIn: boolean
}

export function LivePage({ config, client, data, signIn, signedIn }: PageProps) {
  const signedOut = signIn !== null && (!signedIn || data.failure.value?.kind === 'signed-out')
  const { viewer, feed } = view.value
  return (
    <div class={`live-page ${viewer === null || signedOut ? '' : 'with-panel'}`}>
      {!signedOut && (
        <a class="skip-link" href="#viewers">
          Skip to the viewers
        </a>
      )}
      <header class="top">
        <span class="brand">
          <img src="./icon.svg" alt="" width="28" height="28" />
          <span>Live viewers</span>
        </span>
        <ConnectionState data={data} signedOut={signedOut} />
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
            <MessageCount data={data} />
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
        <SignedOut onSignIn={() => void signIn.begin()} />
      ) : (
        <>
          <Audience config={config} data={data} />
          {viewer !== null && <ViewerPanel viewerId={viewer} client={client} data={data} />}
        </>
      )}
    </div>
  )
}

function MessageCount({ data }: { data: LiveData }) {
  data.revision.value
  const { messages } = data.feed
  return (
    <span class="count" data-testid="message-count" title={`${messages.toLocaleString()} messages`}>
      {messages < 100_000 ? messages.toLocaleString() : `${Math.floor(messages / 1000).toLocaleString()} k`}
    </span>
  )
}

/** Counted from the rows, which the page holds in full: fresher than the service's figures, which move by the minute. */
function countRows(data: LiveData): Record<Status, number> {
  const counts = Object.fromEntries(STATUSES.map((status) => [status, 0])) as Record<Status, number>
  for (const row of data.store.rows()) counts[row.session.status] += 1
  return counts
}

function Audience({ config, data }: { config: PageConfig; data: LiveData }) {
  data.revision.value
  const shown = view.value
  const { q, status, mediaId, sort, descending, group, feed } = shown
  useEffect(() => data.want({ q, status, mediaId, feed }), [data, q, status, mediaId, feed])

  // Rows keep themselves up to date; their order is made anew only when what it follows has changed.
  const { shape, statuses } = data.store
  const byStatusNow = status !== null || sort === 'status' ? statuses : 0
  const bySecond = sort === 'progress' || sort === 'seen' ? clockTick.value : 0
  const rows = useMemo(
    () => selectRows(data.store.rows(), shown, data.now()),
    [data, shape, byStatusNow, bySecond, q, status, mediaId, sort, descending],
  )
  const groups = useMemo(
    () => (group ? groupByTitle(rows) : [{ mediaId: null, title: null, rows }]),
    [rows, group],
  )

  const audience = data.audience.value
  const ofTitle = mediaId === null ? audience : data.titleAudience.value
  const own = data.countable && mediaId === null ? countRows(data) : null
  const byStatus = own ?? ofTitle?.byStatus ?? null
  const watchingNow =
    own === null
      ? (ofTitle?.watchingNow ?? null)
      : STATUSES.reduce((sum, each) => sum + (isWatching(each) ? own[each] : 0), 0)
  const topTitles = audience?.topTitles
  const titles = useMemo(() => titleChoices(data, mediaId), [data, shape, mediaId, topTitles])
  const titleName = titles.find((title) => title.mediaId === mediaId)?.title ?? mediaId
  return (
    <main class="live-main">
      <div class="live-sections">
        <h1 class="hidden">Live viewers</h1>
        <AwayBanner data={data} />
        <Overview
          audience={ofTitle}
          watchingNow={watchingNow}
          byStatus={byStatus}
          topTitles={topTitles ?? []}
          titleName={titleName}
        />
        {shown.feed && <FeedPanel data={data} />}
        <section class="card list-card" id="viewers" aria-label="Viewers">
          <Toolbar titles={titles} shown={rows.length} all={totalOf(data, byStatus)} />
          {rows.length > 0 ? (
            <ViewerList
              groups={groups}
              headings={group}
              revision={data.revision.value}
              onVisible={(ids) => data.see(ids)}
            />
          ) : (
            <NoRows config={config} data={data} />
          )}
        </section>
      </div>
    </main>
  )
}

/** Live sessions in all: the service's figure while the page doesn't hold every row. */
function totalOf(data: LiveData, byStatus: Record<Status, number> | null): number {
  if (data.complete.value || byStatus === null) return data.store.viewers
  return Math.max(
    data.store.viewers,
    STATUSES.reduce((sum, status) => sum + byStatus[status], 0),
  )
}

function titleChoices(data: LiveData, chosen: string | null): TitleChoice[] {
  const titles = new Map<string, string>()
  for (const title of data.audience.value?.topTitles ?? []) titles.set(title.mediaId, title.title)
  for (const { session } of data.store.rows())
    if (session.mediaId !== null && !titles.has(session.mediaId))
      titles.set(session.mediaId, session.title ?? session.mediaId)
  if (chosen !== null && !titles.has(chosen)) titles.set(chosen, chosen)
  return [...titles]
    .map(([mediaId, title]) => ({ mediaId, title }))
    .sort((a, b) => a.title.localeCompare(b.title))
}

function NoRows({ config, data }: { config: PageConfig; data: LiveData }) {
  const { q, status, mediaId } = view.value
  const filtered = q !== '' || status !== null || mediaId !== null
  if (!data.loaded.value) {
    if (data.failure.value === null) return <LoadingRows />
    return (
      <ListState heading="Nothing to show yet">The viewers appear as soon as the service answers.</ListState>
    )
  }
  if (filtered && data.store.viewers > 0)
    return (
      <ListState
        heading="No viewer matches"
        role="status"
        action={
          <button
            type="button"
            class="button"
            data-testid="clear-filters"
            onClick={() =>
              changeView({ q: DEFAULT_VIEW.q, status: DEFAULT_VIEW.status, mediaId: DEFAULT_VIEW.mediaId })
            }
          >
            Show everyone
          </button>
        }
      >
        {data.store.viewers.toLocaleString()} live, but none that fits the search and the filters.
      </ListState>
    )
  return (
    <ListState
      heading="Nobody is watching right now"
      role="status"
      action={
        <a class="button button-primary" href={config.videoPageUrl} target="_blank" rel="noopener">
          Open the video page
        </a>
      }
    >
      Viewers show up within a second of their first media event. Play a video to see one.
    </ListState>
  )
}
