import { useEffect, useRef, useState } from 'preact/hooks'
import { clock } from '../durations'
import { Icon } from '../icons'
import type { PageConfig } from '../page-config'
import { ThemeSwitch } from '../theme'
import { catalogue, type Title } from './catalogue'
import { EventList } from './event-list'
import { Player } from './player'
import { PlayerController } from './player-controller'
import type { SentEvent } from './sent-events'
import { addressFor, makeUpViewer, readSettings, type VideoSettings } from './settings'
import { Tracking } from './tracking'
import css from './video-page.module.css'

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

const SEEK_BY_S = 5

/** Space and K play and pause, the arrows seek 5 s: wherever the focus isn't in something with keys of its own. */
function usePlayerKeys(controller: PlayerController | null): void {
  useEffect(() => {
    if (controller === null) return
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !(event.target instanceof HTMLElement)) return
      if (event.target.matches('input, select, textarea, pre')) return
      const key = event.key.toLowerCase()
      const pressed = key === ' ' && event.target.matches('button, a, summary')
      if (key === 'k' || (key === ' ' && !pressed)) controller.toggle()
      else if (key === 'arrowleft') controller.seekBy(-SEEK_BY_S)
      else if (key === 'arrowright') controller.seekBy(SEEK_BY_S)
      else return
      event.preventDefault()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [controller])
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

function ViewerForm({
  settings,
  apply,
  controller,
}: {
  settings: VideoSettings
  apply: (changes: Partial<VideoSettings>) => void
  controller: PlayerController | null
}) {
  // What is being typed: the page is drawn many times a second while a video plays, and must not undo it.
  const [user, setUser] = useState(settings.user)
  const [collector, setCollector] = useState(settings.collector)
  useEffect(() => setUser(settings.user), [settings.user])
  useEffect(() => setCollector(settings.collector), [settings.collector])
  const applyTyped = () => apply({ user: user.trim() || settings.user, collector: collector.trim() })
  const playing = controller !== null && !controller.paused.value && controller.advert.value === null
  return (
    <section class="card" aria-labelledby="viewer-heading">
      <header class="card-head">
        <h2 id="viewer-heading">Viewer</h2>
      </header>
      <form
        class={css.viewerForm}
        onSubmit={(event) => {
          event.preventDefault()
          const fields = new FormData(event.currentTarget)
          apply({
            user: String(fields.get('user')).trim(),
            collector: String(fields.get('collector')).trim(),
          })
        }}
      >
        <label class="field">
          <span>User id</span>
          <input
            name="user"
            required
            autoComplete="off"
            spellcheck={false}
            value={user}
            data-testid="user-id"
            onInput={(event) => setUser(event.currentTarget.value)}
            onChange={applyTyped}
          />
        </label>
        <label class="field">
          <span>Collector</span>
          <input
            name="collector"
            type="url"
            placeholder="https://collector.example.com"
            autoComplete="off"
            value={collector}
            data-testid="collector"
            onInput={(event) => setCollector(event.currentTarget.value)}
            onChange={applyTyped}
          />
        </label>
        {settings.collector === '' && (
          <p class="notice" role="status">
            No collector yet, so nothing is sent. Give its address above.
          </p>
        )}
        <label class={css.switch}>
          <input
            type="checkbox"
            role="switch"
            aria-checked={settings.anonymous}
            checked={settings.anonymous}
            data-testid="anonymous"
            onChange={(event) => apply({ anonymous: event.currentTarget.checked })}
          />
          <span>
            Anonymous tracking
            <small class="quiet">Leaves the user id out; the collector’s cookie names the viewer.</small>
          </span>
        </label>
        <div class="button-row">
          <a
            class="button"
            target="_blank"
            rel="noopener"
            data-testid="another-viewer"
            href={addressFor({ ...settings, user: 'another' }, location.href)}
            onClick={(event) => {
              event.currentTarget.href = addressFor({ ...settings, user: makeUpViewer() }, location.href)
            }}
          >
            Open as another viewer
          </a>
        </div>
        <fieldset class={css.faults}>
          <legend>Faults</legend>
          <div class="button-row">
            <button
              type="button"
              class="button"
              disabled={!playing}
              data-testid="stall"
              onClick={() => controller?.stall()}
            >
              Stall 4 s
            </button>
            <button
              type="button"
              class="button"
              disabled={!playing}
              data-testid="fail"
              onClick={() => controller?.fail()}
            >
              Break the stream
            </button>
          </div>
          <p class="quiet small" data-testid="faults-when">
            {playing ? 'For the video that plays.' : 'They work while the video plays, outside ads.'}
          </p>
        </fieldset>
      </form>
    </section>
  )
}
