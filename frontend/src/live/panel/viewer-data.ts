import { signal } from '@preact/signals'
import { type ApiClient, ApiFailure } from '../../api/client'
import { object, text } from '../../api/decode'
import type { MediaSession } from '../../api/media-session'
import { readTimeline, readViewer, type TimelineEvent, type ViewerProfile } from '../../api/viewer'
import { readViewerAds, type ViewerAds } from '../../api/viewer-ads'
import { viewerPath } from '../../api/viewer-path'
import type { LiveData } from '../data/live-data'

const POLL_MS = 4000
const SUBSCRIBED_REREAD_MS = 30_000
/** Events come in pairs (a pause and an ad break, a seek's two ends): one read shows both. */
const AFTER_CHANGE_MS = 400
const PAGE = '200'
const MOST_PAGES = 5

/** One viewer's profile and timeline, kept true while the panel is open: by push where it gets through, else by polling. */
export class ViewerData {
  readonly profile = signal<ViewerProfile | null>(null)
  readonly events = signal<TimelineEvent[]>([])
  readonly ads = signal<ViewerAds | null>(null)
  readonly failure = signal<ApiFailure | null>(null)
  /** The timeline goes back further than what is shown. */
  readonly cut = signal(false)

  #client: ApiClient
  #live: LiveData
  #viewerId: string
  #unwatch: (() => void) | null = null
  #timer: number | undefined
  #stop = new AbortController()
  #reading = false
  #again = false

  constructor(client: ApiClient, live: LiveData, viewerId: string) {
    this.#client = client
    this.#live = live
    this.#viewerId = viewerId
  }

  start(): void {
    this.#unwatch = this.#live.watch(this.#viewerId, (sessions) => this.#pushed(sessions))
    void this.#read()
  }

  stop(): void {
    this.#stop.abort()
    this.#unwatch?.()
    window.clearTimeout(this.#timer)
  }

  #pushed(sessions: MediaSession[]): void {
    const profile = this.profile.value
    const news = sessions.filter((session) => {
      const known = profile?.sessions.find((each) => each.sessionId === session.sessionId)
      return known === undefined || known.version < session.version
    })
    if (profile === null || news.length === 0) return
    const changed = new Map(news.map((session) => [session.sessionId, withCompletions(session, profile)]))
    this.profile.value = {
      ...profile,
      current: changed.get(profile.current?.sessionId ?? '') ?? profile.current,
      sessions: [
        ...news.filter((session) => !profile.sessions.some((each) => each.sessionId === session.sessionId)),
        ...profile.sessions.map((session) => changed.get(session.sessionId) ?? session),
      ],
    }
    this.#schedule(AFTER_CHANGE_MS)
  }

  #schedule(ms: number): void {
    window.clearTimeout(this.#timer)
    this.#timer = window.setTimeout(() => void this.#read(), ms)
  }

  async #read(): Promise<void> {
    if (this.#stop.signal.aborted) return
    if (this.#reading) {
      this.#again = true
      return
    }
    this.#reading = true
    try {
      const path = viewerPath(this.#viewerId)
      const [profile] = await Promise.all([
        this.#readProfile(path),
        this.#readEvents(path),
        this.#readAds(path),
      ])
      this.#live.learn(profile?.sessions ?? [])
      this.failure.value = null
    } catch (error) {
      if (this.#stop.signal.aborted) return
      this.failure.value =
        error instanceof ApiFailure ? error : new ApiFailure('away', null, 'The answer made no sense.')
    } finally {
      this.#reading = false
    }
    const soon = this.#again
    this.#again = false
    this.#schedule(soon ? AFTER_CHANGE_MS : this.#live.push.value === 'open' ? SUBSCRIBED_REREAD_MS : POLL_MS)
  }

  async #readProfile(path: string): Promise<ViewerProfile | null> {
    const answer = await this.#client.get(path, {}, this.#stop.signal)
    if (answer.changed || this.profile.value === null) this.profile.value = readViewer(answer.body)
    return this.profile.value
  }

  async #readAds(path: string): Promise<void> {
    const answer = await this.#client.get(`${path}/ads`, {}, this.#stop.signal)
    if (answer.changed || this.ads.value === null) this.ads.value = readViewerAds(answer.body)
  }

  async #readEvents(path: string): Promise<void> {
    const events: TimelineEvent[] = []
    let cursor: string | null = null
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const answer = await this.#client.get(`${path}/timeline`, { limit: PAGE, cursor }, this.#stop.signal)
      const body = object(answer.body) ?? {}
      events.push(...readTimeline(body.events))
      cursor = text(body.next_cursor)
      if (cursor === null) break
      // An unchanged first page means that nothing newer came; what is older never changes.
      if (!answer.changed && this.events.value.length > 0) return
    }
    this.cut.value = cursor !== null
    this.events.value = events
  }
}

/** A pushed session doesn't tell how many ads were completed: what is known stays until the profile is read again. */
function withCompletions(session: MediaSession, profile: ViewerProfile): MediaSession {
  const known = profile.sessions.find((each) => each.sessionId === session.sessionId)
  const adsCompleted = session.counters.adsCompleted ?? known?.counters.adsCompleted ?? null
  return { ...session, counters: { ...session.counters, adsCompleted } }
}
