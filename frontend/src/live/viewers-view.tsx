import { useEffect } from 'preact/hooks'
import type { ApiClient } from '../api/client'
import type { PageConfig } from '../page-config'
import { FeedPanel } from './changes/feed-panel'
import { AwayBanner } from './connection-state'
import type { LiveData } from './data/live-data'
import type { Experience } from './experience'
import { IncidentsStrip } from './incidents/incidents-strip'
import { Toolbar } from './list/toolbar'
import { ViewerList } from './list/viewer-list'
import { Overview } from './overview/overview'
import { TroubleStrip } from './overview/trouble-strip'
import type { Screen } from './screen'
import { ListState, LoadingRows } from './states'
import type { Status } from './status'
import { changeView, view } from './view'
import { DEFAULT_VIEW } from './view-state'
import css from './viewers-view.module.css'

interface ViewProps {
  config: PageConfig
  data: LiveData
  screen: Screen
}

/** The view *Viewers*: figures at a glance, the changes if they are open, and the list. */
export function ViewersView({ config, client, data, screen }: ViewProps & { client: ApiClient }) {
  const { q, status, mediaId, dimensions, feed } = view.value
  useEffect(
    () => data.want({ q, status, mediaId, dimensions: askable(dimensions, config), feed }),
    [data, q, status, mediaId, dimensions, feed],
  )
  return (
    <div class={css.sections}>
      <h1 class="hidden">Live viewers</h1>
      <AwayBanner screen={screen} onRetry={() => data.retryNow()} />
      <Overview screen={screen} />
      <TroubleStrip screen={screen} />
      <IncidentsStrip client={client} screen={screen} />
      {feed && <FeedPanel screen={screen} feed={data.feed} />}
      <section class={`card ${css.listCard}`} id="viewers" aria-label="Viewers">
        <Toolbar screen={screen} dimensions={config.dimensions} />
        {screen.drawing.value.groups.some((group) => group.rows.length > 0) ? (
          <ViewerList
            screen={screen}
            isLive={(viewerId) => data.store.row(viewerId) !== undefined}
            onVisible={(ids) => data.see(ids)}
          />
        ) : (
          <NoRows config={config} data={data} screen={screen} />
        )}
      </section>
    </div>
  )
}

/** Filters by the stage's own dimensions: another name, from an old address, would be refused. */
function askable(
  dimensions: Readonly<Record<string, string>>,
  config: PageConfig,
): Readonly<Record<string, string>> {
  const names = new Set(config.dimensions.map((dimension) => dimension.name))
  const known = Object.entries(dimensions).filter(([name]) => names.has(name))
  return known.length === Object.keys(dimensions).length ? dimensions : Object.fromEntries(known)
}

const NOBODY: Record<Status, string> = {
  WATCHING_VIDEO: 'Nobody is playing',
  WATCHING_AD: 'Nobody is in an ad',
  BUFFERING_VIDEO: 'Nobody is buffering',
  PAUSED_VIDEO: 'Nobody has paused',
  READY: 'Nobody is about to start',
  COMPLETED_VIDEO: 'Nobody has just finished',
  FAILED_VIDEO: 'Nobody has failed',
}

const NOBODY_WITH: Record<Experience, string> = {
  smooth: 'Nobody has a smooth experience',
  uneven: 'Nobody has an uneven experience',
  poor: 'Nobody has a poor experience',
  failed: 'Nobody has failed',
}

const NO_MATCH = 'No viewer matches'

/** What an empty list says of its filters: of a single one in its own words. */
function nobody(
  q: string,
  status: Status | null,
  experience: Experience | null,
  mediaId: string | null,
): string {
  if (q === '' && mediaId === null) {
    if (status !== null && experience === null) return NOBODY[status]
    if (status === null && experience !== null) return NOBODY_WITH[experience]
  }
  if (q === '' && status === null && experience === null) return 'Nobody watches this title'
  return NO_MATCH
}

function NoRows({ config, data, screen }: ViewProps) {
  const { q, status, experience, mediaId, dimensions } = view.value
  const held = screen.held.value
  const byDimension = Object.keys(dimensions).length > 0
  const filtered = q !== '' || status !== null || experience !== null || mediaId !== null || byDimension
  if (!data.walk.loaded.value) {
    if (data.polling.failure.value === null) return <LoadingRows />
    return (
      <ListState heading="Nothing to show yet">The viewers appear as soon as the service answers.</ListState>
    )
  }
  if (filtered && held > 0)
    return (
      <ListState
        heading={byDimension ? NO_MATCH : nobody(q, status, experience, mediaId)}
        role="status"
        action={
          <button
            type="button"
            class="button"
            data-testid="clear-filters"
            onClick={() =>
              changeView({
                q: DEFAULT_VIEW.q,
                status: DEFAULT_VIEW.status,
                experience: DEFAULT_VIEW.experience,
                mediaId: DEFAULT_VIEW.mediaId,
                dimensions: DEFAULT_VIEW.dimensions,
              })
            }
          >
            Show everyone
          </button>
        }
      >
        {held.toLocaleString()} live in all.
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
