import { memo } from 'preact/compat'
import { useEffect, useRef, useState } from 'preact/hooks'
import { Icon } from '../icons'
import type { FeedEntry } from './change-feed'
import { clockTick } from './clock'
import type { LiveData } from './live-data'
import { statusTone } from './status'
import { toTheSecond } from './times-of-day'
import { changeView } from './view'

/** Hundreds of changes a second can't be read one by one: drawing them less often leaves the time to the rows. */
const REDRAW_MS = 600

/** The latest changes of all viewers. It can be held still to be read; the counter goes on. */
export function FeedPanel({ data }: { data: LiveData }) {
  const heading = useRef<HTMLHeadingElement>(null)
  const [held, setHeld] = useState<FeedEntry[] | null>(null)
  const drawn = useRef<{ at: number; entries: FeedEntry[] }>({ at: 0, entries: [] })
  data.revision.value
  clockTick.value // draws what came within REDRAW_MS and was followed by nothing
  const now = performance.now()
  if (now - drawn.current.at >= REDRAW_MS && drawn.current.entries !== data.feed.entries)
    drawn.current = { at: now, entries: data.feed.entries }
  const entries = held ?? drawn.current.entries
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  return (
    <section class="card feed" aria-labelledby="feed-heading" data-testid="feed">
      <header class="feed-head">
        <h2 id="feed-heading" ref={heading} tabIndex={-1}>
          Latest changes
        </h2>
        <span class="quiet small">
          <span data-testid="feed-messages">{data.feed.messages.toLocaleString()}</span> messages
        </span>
        <span class="spring" />
        <button
          type="button"
          class="button toggle"
          aria-pressed={held !== null}
          onClick={() => setHeld(held === null ? drawn.current.entries : null)}
        >
          Hold
        </button>
        <button
          type="button"
          class="icon-button"
          aria-label="Close the feed"
          onClick={() => changeView({ feed: false })}
        >
          <Icon name="close" />
        </button>
      </header>
      {entries.length === 0 ? (
        <p class="empty-note">Nothing has changed since you opened the page.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <ol class="feed-list" tabIndex={0} aria-label="Latest changes, newest first">
          {entries.map((entry) => (
            <Entry key={entry.id} entry={entry} />
          ))}
        </ol>
      )}
    </section>
  )
}

const Entry = memo(function Entry({ entry }: { entry: FeedEntry }) {
  return (
    <li class="feed-entry">
      <span class={`dot tone-${statusTone(entry.status)}`} aria-hidden="true" />
      <button type="button" class="feed-viewer" onClick={() => changeView({ viewer: entry.viewerId })}>
        {entry.viewerId}
      </button>
      <span class="feed-words">{entry.words}</span>
      <span class="quiet feed-title">{entry.title ?? ''}</span>
      <time class="quiet" dateTime={new Date(entry.at).toISOString()}>
        {toTheSecond(entry.at)}
      </time>
    </li>
  )
})
