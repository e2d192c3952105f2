import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { ApiClient } from '../../api/client'
import type { MediaSession, SessionCounters } from '../../api/media-session'
import type { TimelineEvent, ViewerProfile } from '../../api/viewer'
import { ago, clock, spell } from '../../durations'
import { Icon } from '../../icons'
import type { LiveData } from '../data/live-data'
import { experienceOf, experienceWord, percent } from '../experience'
import { Progress } from '../list/viewer-facts'
import { playheadAt } from '../playhead'
import type { Screen } from '../screen'
import { StatusBadge } from '../status-badge'
import { dayAndTime, toTheSecond } from '../times-of-day'
import { changeView } from '../view'
import { eventDetail, eventWord } from './event-words'
import { tellStory } from './playback-story'
import { TimelineChart } from './timeline-chart'
import { ViewerData } from './viewer-data'
import css from './viewer-panel.module.css'

const EVENTS_SHOWN = 60

/** Everything about one viewer, beside the list. Escape closes it and gives the focus back. */
export function ViewerPanel({
  viewerId,
  client,
  data,
  screen,
}: {
  viewerId: string
  client: ApiClient
  data: LiveData
  screen: Screen
}) {
  const heading = useRef<HTMLHeadingElement>(null)
  const viewer = useMemo(() => new ViewerData(client, data, viewerId), [client, data, viewerId])
  const [chosen, setChosen] = useState<string | null>(null)
  useEffect(() => {
    setChosen(null)
    viewer.start()
    return () => viewer.stop()
  }, [viewer])
  // the focus goes to each viewer that is opened
  useEffect(() => {
    const before = document.activeElement
    heading.current?.focus({ preventScroll: true })
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true })
    }
  }, [viewerId])
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !(event.target instanceof HTMLInputElement)) close()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])

  const profile = viewer.profile.value
  const failure = viewer.failure.value
  return (
    <dialog open class={css.panel} aria-labelledby="panel-heading" data-testid="viewer-panel">
      <div class={css.panelHead}>
        <div class={css.panelName}>
          <h2 id="panel-heading" ref={heading} tabIndex={-1}>
            {viewerId}
          </h2>
          {profile !== null && (
            <p class="quiet small">
              {profile.sessionCount === 1 ? '1 session' : `${profile.sessionCount} sessions`} · first seen{' '}
              {ago(screen.now.value - profile.firstSeen)}
            </p>
          )}
        </div>
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
      <section class={css.panelBody} tabIndex={0} aria-label="Profile">
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
          <Profile
            profile={profile}
            viewer={viewer}
            now={screen.now.value}
            chosen={chosen}
            choose={setChosen}
          />
        )}
      </section>
    </dialog>
  )
}

function close(): void {
  changeView({ viewer: null })
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
  const session = profile.sessions.find((each) => each.sessionId === chosen) ?? profile.current
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
                <span class={css.sessionTitle}>{each.title ?? 'No title'}</span>
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
      <Totals profile={profile} />
    </>
  )
}

function SessionStory({
  session,
  events,
  now,
  cut,
}: {
  session: MediaSession
  events: TimelineEvent[]
  now: number
  cut: boolean
}) {
  // Newest first as they come; a story is told from its beginning.
  const own = useMemo(
    () => events.filter((event) => event.sessionId === session.sessionId).reverse(),
    [events, session.sessionId],
  )
  const playhead = playheadAt(session, now)
  const story = useMemo(() => tellStory(own, playhead, session.duration), [own, playhead, session.duration])
  const live = session.liveUntil > now
  return (
    <section aria-labelledby="story-heading">
      <div class={css.storyHead}>
        <h3 id="story-heading" class={css.storyTitle}>
          {session.title ?? 'No title'}
        </h3>
        {live ? (
          <StatusBadge status={session.status} testId="panel-status" />
        ) : (
          <span class="badge tone-paused" data-testid="panel-status">
            Left {ago(now - session.lastSeen)}
          </span>
        )}
      </div>
      <Progress session={session} now={now} />
      {session.duration !== null && session.duration > 0 && (
        <TimelineChart story={story} duration={session.duration} playhead={live ? playhead : null} />
      )}
      <details class={css.eventDetails}>
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
                  {eventWord(event)} <span class="quiet">{eventDetail(event)}</span>
                </span>
              </li>
            ))}
        </ol>
      </details>
    </section>
  )
}

function Totals({ profile }: { profile: ViewerProfile }) {
  const { totals, experience } = profile
  const grade = experienceOf(experience.rebufferRatio, false)
  return (
    <>
      <section aria-labelledby="totals-heading">
        <h3 id="totals-heading">Totals</h3>
        <dl class={css.facts}>
          <Fact name="Played" value={spell(totals.timePlayed)} />
          <Fact name="Content watched" value={spell(totals.contentWatched)} />
          <Fact name="Paused" value={spell(totals.timePaused)} />
          <Fact name="In ads" value={spell(totals.timeInAds)} />
          <Fact name="Ads seen" value={figure(totals.adsSeen)} />
          <Fact name="Completed" value={figure(totals.adsCompleted)} />
          <Fact name="Skipped" value={figure(totals.adsSkipped)} />
          <Fact name="Clicked" value={figure(totals.adsClicked)} />
        </dl>
      </section>
      <section aria-labelledby="experience-heading">
        <h3 id="experience-heading">Experience</h3>
        <dl class={css.facts}>
          <Fact name="Playback" value={grade === null ? '–' : experienceWord(grade)} />
          <Fact name="Start-up" value={spell(experience.startUp)} />
          <Fact name="Rebuffering" value={percent(experience.rebufferRatio)} />
          <Fact name="Buffering" value={spell(totals.timeBuffering)} />
          <Fact name="Errors" value={figure(experience.errors)} />
          <Fact name="Failed sessions" value={figure(experience.failedSessions)} />
        </dl>
      </section>
    </>
  )
}

function figure(value: SessionCounters[keyof SessionCounters]): string {
  return value === null ? '–' : value.toLocaleString()
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div class={css.fact}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}
