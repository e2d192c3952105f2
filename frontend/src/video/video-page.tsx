import { useEffect, useRef, useState } from 'preact/hooks'
import { clock } from '../durations'
import { Icon } from '../icons'
import type { PageConfig } from '../page-config'
import { ThemeSwitch } from '../theme'
import { catalogue, type Title } from './catalogue'
import { EventList } from './event-list'
import { Player } from './player'
import { PlayerController } from './player-controller'
import { usePlayerKeys } from './player-keys'
import type { SentEvent } from './sent-events'
import { addressFor, readSettings, type VideoSettings } from './settings'
import { Tracking } from './tracking'
import css from './video-page.module.css'
import { ViewerForm } from './viewer-form'

const EVENTS_KEPT = 200
const REMEMBERED = 'viewer'

function titleOf(id: string | null): Title {
  return catalogue.find((title) => title.id === id) ?? catalogue[0]
}

export function VideoPage({ config }: { config: PageConfig }) {
  const [settings, setSettings] = useState<VideoSettings>(() =>
    readSettings(location.search, config.collectorUrl, sessionStorage.getItem(REMEMBERED)),
  )
  const [title, setTitle] = useState(() => titleOf(settings.title))
  const [events, setEvents] = useState<SentEvent[]>([])
  const [total, setTotal] = useState(0)
  const [refusal, setRefusal] = useState<string | null>(null)
  const [controller, setController] = useState<PlayerController | null>(null)
  const video = useRef<HTMLVideoElement>(null)
  const tracking = useRef<Tracking>()

  useEffect(() => {
    if (video.current === null) return
    const tracker = new Tracking({
      made: (event) => {
        setEvents((before) => [event, ...before].slice(0, EVENTS_KEPT))
        setTotal((before) => before + 1)
      },
      answered: (ids, state, why) => {
        setEvents((before) => before.map((event) => (ids.includes(event.id) ? { ...event, state } : event)))
        setRefusal(why)
      },
    })
    tracking.current = tracker
    const made = new PlayerController(video.current, tracker, title)
    setController(made)
    connect(tracker, settings)
    made.load(title)
    return () => made.dispose()
    // The player lives as long as the page; changes go through apply() and choose().
  }, [])

  function connect(tracker: Tracking, next: VideoSettings): void {
    sessionStorage.setItem(REMEMBERED, next.user)
    if (next.collector === '') return
    tracker.connect({
      collector: next.collector,
      userId: next.user,
      anonymous: next.anonymous,
      pingInterval: next.ping,
      cdn: next.cdn,
    })
  }

  function show(next: VideoSettings): void {
    setSettings(next)
    history.replaceState(null, '', addressFor(next, location.href))
  }

  function apply(changes: Partial<VideoSettings>): void {
    const next = { ...settings, ...changes }
    if (
      next.user === settings.user &&
      next.collector === settings.collector &&
      next.anonymous === settings.anonymous
    )
      return
    show(next)
    const played = controller?.leave() ?? false
    if (tracking.current !== undefined) connect(tracking.current, next)
    controller?.load(title, played)
  }

  function choose(next: Title): void {
    setTitle(next)
    show({ ...settings, title: next.id })
    controller?.load(next, controller.leave())
  }

  usePlayerKeys(controller)
  const position = controller?.position.value ?? 0
  return (
    <div>
      <header class="top">
        <a class="brand" href={config.livePageUrl}>
          <img src="./icon.svg" alt="" width="28" height="28" />
          <span>Video page</span>
        </a>
        <span class="spring" />
        <a class="button" href={config.livePageUrl} target="_blank" rel="noopener">
          Live page
          <Icon name="external" />
        </a>
        <ThemeSwitch />
      </header>
      <main class={css.videoLayout}>
        <div class={css.videoMain}>
          <Player title={title} video={video} controller={controller} />
          <div class={css.now}>
            <h1 data-testid="title">{title.label}</h1>
            <p class="quiet">{title.about}</p>
          </div>
          <Chapters title={title} position={position} controller={controller} />
          <section aria-labelledby="more-heading">
            <h2 id="more-heading">Titles</h2>
            <ul class={css.titles}>
              {catalogue.map((entry) => (
                <li key={entry.id}>
                  <button
                    type="button"
                    class={css.titleCard}
                    aria-pressed={entry.id === title.id}
                    data-testid={`title-${entry.id}`}
                    onClick={() => choose(entry)}
                  >
                    <span class={css.titleArt} data-title={entry.id} aria-hidden="true" />
                    <span class={css.titleName}>{entry.label}</span>
                    <span class="quiet">{entry.chapters.length} chapters</span>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        </div>
        <div class={css.videoSide}>
          <ViewerForm settings={settings} apply={apply} controller={controller} />
          <EventList events={events} total={total} refusal={refusal} />
        </div>
      </main>
    </div>
  )
}

function Chapters({
  title,
  position,
  controller,
}: {
  title: Title
  position: number
  controller: PlayerController | null
}) {
  const current = title.chapters.findLastIndex((chapter) => chapter.start <= position)
  return (
    <section aria-labelledby="chapters-heading">
      <h2 id="chapters-heading">Chapters</h2>
      <ol class={css.chapters}>
        {title.chapters.map((chapter, index) => (
          <li key={chapter.start}>
            <button
              type="button"
              class={css.chapter}
              aria-current={index === current ? 'true' : undefined}
              onClick={() => controller?.seek(chapter.start)}
            >
              <span>{chapter.name}</span>
              <span class="quiet">{clock(chapter.start)}</span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  )
}
