import { memo } from 'preact/compat'
import { useEffect, useRef, useState } from 'preact/hooks'
import { Icon } from '../../icons'
import { shownId, shownText } from '../../outside-text'
import type { Screen } from '../screen'
import { statusTone } from '../status'
import { toTheSecond } from '../times-of-day'
import { changeView } from '../view'
import type { ChangeFeed, FeedEntry } from './change-feed'
import css from './feed-panel.module.css'

/** Hundreds of changes a second can't be read one by one: drawing them less often leaves the time to the rows. */
const REDRAW_MS = 600

/** The latest changes of all viewers. It can be held still to be read; the counter goes on. */
export function FeedPanel({ screen, feed }: { screen: Screen; feed: ChangeFeed }) {
  const heading = useRef<HTMLHeadingElement>(null)
  const [held, setHeld] = useState<FeedEntry[] | null>(null)
  const drawn = useRef<{ at: number; entries: FeedEntry[] }>({ at: 0, entries: [] })
  const messages = screen.messages.value
  screen.now.value // draws what came within REDRAW_MS and was followed by nothing
  const now = performance.now()
  if (now - drawn.current.at >= REDRAW_MS && drawn.current.entries !== feed.entries)
    drawn.current = { at: now, entries: feed.entries }
  const entries = held ?? drawn.current.entries
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  return (
    <section class="card" aria-labelledby="feed-heading" data-testid="feed">
      <header class={css.feedHead}>
        <h2 id="feed-heading" ref={heading} tabIndex={-1}>
          Latest changes
        </h2>
        <span class="quiet small">
          <span data-testid="feed-messages">{messages.toLocaleString()}</span> messages
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
        <ol class={css.feedList} tabIndex={0} aria-label="Latest changes, newest first">
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
    <li class={css.feedEntry} data-testid="feed-entry">
      <span class={`dot tone-${statusTone(entry.status)}`} aria-hidden="true" />
      <button type="button" class={css.feedViewer} onClick={() => changeView({ viewer: entry.viewerId })}>
        <bdi>{shownId(entry.viewerId)}</bdi>
      </button>
      <span class={css.feedWords}>{entry.words}</span>
      <span class={`quiet ${css.feedTitle}`}>
        <bdi>{shownText(entry.title ?? '')}</bdi>
      </span>
      <time class="quiet" dateTime={new Date(entry.at).toISOString()}>
        {toTheSecond(entry.at)}
      </time>
    </li>
  )
})
