import { useEffect } from 'preact/hooks'
import type { PageConfig } from '../page-config'
import { FeedPanel } from './changes/feed-panel'
import { AwayBanner } from './connection-state'
import type { LiveData } from './data/live-data'
import { Toolbar } from './list/toolbar'
import { ViewerList } from './list/viewer-list'
import { Overview } from './overview/overview'
import type { Screen } from './screen'
import { ListState, LoadingRows } from './states'
import { changeView, view } from './view'
import { DEFAULT_VIEW } from './view-state'
import css from './viewers-view.module.css'

interface ViewProps {
  config: PageConfig
  data: LiveData
  screen: Screen
}

/** The view *Viewers*: figures at a glance, the changes if they are open, and the list. */
export function ViewersView({ config, data, screen }: ViewProps) {
  const { q, status, mediaId, feed } = view.value
  useEffect(() => data.want({ q, status, mediaId, feed }), [data, q, status, mediaId, feed])
  return (
    <div class={css.sections}>
      <h1 class="hidden">Live viewers</h1>
      <AwayBanner screen={screen} onRetry={() => data.retryNow()} />
      <Overview screen={screen} />
      {feed && <FeedPanel screen={screen} feed={data.feed} />}
      <section class={`card ${css.listCard}`} id="viewers" aria-label="Viewers">
        <Toolbar screen={screen} />
        {screen.figures.value.shown > 0 ? (
          <ViewerList screen={screen} onVisible={(ids) => data.see(ids)} />
        ) : (
          <NoRows config={config} data={data} screen={screen} />
        )}
      </section>
    </div>
  )
}

function NoRows({ config, data, screen }: ViewProps) {
  const { q, status, mediaId } = view.value
  const { held } = screen.figures.value
  const filtered = q !== '' || status !== null || mediaId !== null
  if (!data.walk.loaded.value) {
    if (data.polling.failure.value === null) return <LoadingRows />
    return (
      <ListState heading="Nothing to show yet">The viewers appear as soon as the service answers.</ListState>
    )
  }
  if (filtered && held > 0)
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
        {held.toLocaleString()} live, but none that fits the search and the filters.
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
