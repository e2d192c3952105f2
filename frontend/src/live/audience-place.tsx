import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { ApiClient } from '../api/client'
import type { PageConfig } from '../page-config'
import type { LiveData } from './data/live-data'
import type { Screen } from './screen'
import { ListState, LoadingRows } from './states'

type Loaded = typeof import('./audience/audience-view')

const loaded = signal<Loaded | null>(null)
const failed = signal(false)

async function load(): Promise<void> {
  failed.value = false
  try {
    loaded.value = await import('./audience/audience-view')
  } catch {
    failed.value = true
  }
}

/** The view *Audience*, whose program is loaded when it is opened for the first time. */
export function AudiencePlace(props: {
  config: PageConfig
  client: ApiClient
  data: LiveData
  screen: Screen
}) {
  useEffect(() => {
    if (loaded.peek() === null) void load()
  }, [])
  if (loaded.value !== null) return <loaded.value.AudienceView {...props} />
  if (!failed.value) return <LoadingRows />
  return (
    <ListState
      heading="This view could not be loaded"
      role="alert"
      action={
        <button type="button" class="button button-primary" onClick={() => location.reload()}>
          Load the page anew
        </button>
      }
    >
      The service may be away, or a newer version of the page may have taken this one’s place.
    </ListState>
  )
}
