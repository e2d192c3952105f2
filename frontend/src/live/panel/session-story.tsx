import { useMemo } from 'preact/hooks'
import type { MediaSession } from '../../api/media-session'
import type { TimelineEvent } from '../../api/viewer'
import { ago, clock } from '../../durations'
import { eventDetail, eventWord } from '../../event-words'
import { shownText } from '../../outside-text'
import { DimensionValues } from '../list/dimension-columns'
import { Progress } from '../list/viewer-facts'
import { playheadAt } from '../playhead'
import { StatusBadge } from '../status-badge'
import { toTheSecond } from '../times-of-day'
import { playbackStory } from './playback-story'
import css from './session-story.module.css'
import { TimelineChart } from './timeline-chart'
import { SessionFacts } from './viewer-totals'

const EVENTS_SHOWN = 60

/** One session: where it stands, its story along the video, its figures and its events. */
export function SessionStory({
  session,
  events,
  now,
  cut,
}: {
  session: MediaSession
  events: TimelineEvent[]
  now: number
  /** The timeline goes back further than `events`. */
  cut: boolean
}) {
  // Newest first as they come; a story is read from its beginning.
  const own = useMemo(
    () => events.filter((event) => event.sessionId === session.sessionId).reverse(),
    [events, session.sessionId],
  )
  const playhead = playheadAt(session, now)
  const story = useMemo(
    () => playbackStory(own, playhead, session.duration),
    [own, playhead, session.duration],
  )
  const live = session.liveUntil > now
  return (
    <section aria-labelledby="story-heading" data-testid="this-session" data-session-id={session.sessionId}>
      <h3 id="story-heading">This session</h3>
      <div class={css.head}>
        <p class={css.title}>
          <bdi>{shownText(session.title ?? 'No title')}</bdi>
        </p>
        {live ? (
          <StatusBadge status={session.status} testId="panel-status" />
        ) : (
          <span class="badge tone-paused" data-testid="panel-status">
            Left {ago(now - session.lastSeen)}
          </span>
        )}
      </div>
      <p class="quiet small" data-testid="panel-dimensions">
        <DimensionValues session={session} />
      </p>
      <Progress session={session} now={now} />
      {session.duration !== null && session.duration > 0 && (
        <TimelineChart story={story} duration={session.duration} playhead={live ? playhead : null} />
      )}
      <SessionFacts session={session} />
      <details class={css.events}>
        <summary>
          {own.length === 1 ? '1 event' : `${own.length} events`}
          {cut ? ', the newest ones' : ''}
        </summary>
        <ol class={css.stepList} data-testid="timeline">
          {own
            .slice(-EVENTS_SHOWN)
            .reverse()
            .map((event) => (
              <li key={event.id} class={css.step}>
                <time class="quiet" dateTime={new Date(event.at).toISOString()}>
                  {toTheSecond(event.at)}
                </time>
                <span class={`quiet ${css.stepPosition}`}>{clock(event.position)}</span>
                <span>
                  {eventWord(event.event)} <bdi class="quiet">{eventDetail(event)}</bdi>
                </span>
              </li>
            ))}
        </ol>
      </details>
    </section>
  )
}
