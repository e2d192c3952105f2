import type { MediaSession, SessionCounters } from '../../api/media-session'
import type { ViewerProfile } from '../../api/viewer'
import { spell } from '../../durations'
import { type Experience, experienceOf, experienceWord, percent, sessionExperience } from '../experience'
import css from './viewer-totals.module.css'

/** The figures of one session, as its row in the list has them. */
export function SessionFacts({ session }: { session: MediaSession }) {
  const { counters, startUp, rebufferRatio, errors } = session
  return (
    <Facts
      counters={counters}
      grade={sessionExperience(session)}
      startUp={startUp}
      rebufferRatio={rebufferRatio}
      errors={errors}
    />
  )
}

/** The figures of all sessions of a viewer that are kept. */
export function ViewerFacts({ profile }: { profile: ViewerProfile }) {
  const { totals, experience } = profile
  return (
    <Facts
      counters={totals}
      grade={experienceOf(experience.rebufferRatio, totals.timePlayed, false)}
      startUp={experience.startUp}
      rebufferRatio={experience.rebufferRatio}
      errors={experience.errors}
      failedSessions={experience.failedSessions}
    />
  )
}

function Facts({
  counters,
  grade,
  startUp,
  rebufferRatio,
  errors,
  failedSessions,
}: {
  counters: SessionCounters
  grade: Experience | null
  startUp: number | null
  rebufferRatio: number | null
  errors: number | null
  failedSessions?: number
}) {
  return (
    <dl class={css.facts}>
      <Fact name="Experience" value={grade === null ? '–' : experienceWord(grade)} hint="from 60 s played" />
      <Fact name="Video startup time" value={spell(startUp)} hint="from the click to the first picture" />
      <Fact name="Rebuffer percentage" value={percent(rebufferRatio)} hint="of the time watched" />
      <Fact name="Buffering" value={spell(counters.timeBuffering)} />
      <Fact name="Errors" value={figure(errors)} />
      {failedSessions !== undefined && <Fact name="Failed sessions" value={figure(failedSessions)} />}
      <Fact name="Played" value={spell(counters.timePlayed)} />
      <Fact name="Content watched" value={spell(counters.contentWatched)} hint="each second counted once" />
      <Fact name="Paused" value={spell(counters.timePaused)} hint="after the first play" />
      <Fact name="In ads" value={spell(counters.timeInAds)} />
      <Fact name="Ad breaks" value={figure(counters.adBreaks)} />
      <Fact name="Ads seen" value={figure(counters.adsSeen)} />
      <Fact name="Ads completed" value={figure(counters.adsCompleted)} />
      <Fact name="Ads skipped" value={figure(counters.adsSkipped)} />
      <Fact name="Ads clicked" value={figure(counters.adsClicked)} />
    </dl>
  )
}

function figure(value: number | null): string {
  return value === null ? '–' : value.toLocaleString()
}

function Fact({ name, value, hint }: { name: string; value: string; hint?: string }) {
  return (
    <div class={css.fact}>
      <dt>{name}</dt>
      <dd>
        {value}
        {hint !== undefined && <small>{hint}</small>}
      </dd>
    </div>
  )
}
