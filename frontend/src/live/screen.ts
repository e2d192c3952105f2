import { computed, type ReadonlySignal } from '@preact/signals'
import type { Audience, TitleAudience } from '../api/audience'
import type { ApiFailure } from '../api/client'
import { clockTick } from './clock'
import { type ConnectionKind, connectionKind } from './connection'
import type { LiveData } from './data/live-data'
import { type Group, groupByTitle, selectRows } from './list/select-rows'
import { countRows, isWatching, STATUSES, type Status } from './status'
import { view } from './view'

export interface TitleChoice {
  mediaId: string
  title: string
}

/** The rows as they are now. A new object whenever anything in them may look different: rows change in place. */
export interface Drawing {
  groups: Group[]
  /** Time that ages and playheads are drawn for, ms. */
  now: number
}

export interface Figures {
  audience: Audience | null
  watchingNow: number | null
  byStatus: Record<Status, number> | null
  topTitles: TitleAudience[]
  /** Name of the title that the view is narrowed to. */
  titleName: string | null
  /** Live sessions in all: the service's figure while the page doesn't hold every row. */
  all: number
  /** Rows that fit the view. */
  shown: number
  /** Rows that the page holds. */
  held: number
}

/** The service can't be read, and hasn't been for a while. */
export interface Away {
  failure: ApiFailure
  /** Age of what is shown, ms; null where nothing has been read yet. */
  age: number | null
  /** Seconds until the next try; 0 while it is on. */
  nextTryS: number
}

export interface Connection {
  kind: ConnectionKind
  /** Age of the newest word from the service, ms; null before the first. */
  age: number | null
}

/**
 * All that is drawn, derived from the data, the view and the clock. Here alone it is decided when a component draws
 * again: components read these signals, and nothing of the data that isn't one.
 */
export class Screen {
  /** The page's clock on the service's time, ms, once a second. */
  readonly now: ReadonlySignal<number>
  readonly connection: ReadonlySignal<Connection>
  readonly away: ReadonlySignal<Away | null>
  readonly figures: ReadonlySignal<Figures>
  readonly drawing: ReadonlySignal<Drawing>
  /** Titles to choose from, by name. */
  readonly titles: ReadonlySignal<TitleChoice[]>
  /** Messages since the page was opened. */
  readonly messages: ReadonlySignal<number>

  constructor(data: LiveData, signedOut: () => boolean) {
    this.now = computed(() => {
      clockTick.value
      return data.now()
    })
    this.connection = computed(() => {
      const now = Math.max(clockTick.value, data.heardAt.value)
      const lastHeard = data.heardAt.value
      const { failingSince } = data.polling
      const kind = connectionKind(
        {
          signedOut: signedOut(),
          pushed: data.rowsPushed,
          lastHeard,
          failingSince: failingSince.value,
        },
        now,
      )
      return { kind, age: lastHeard === 0 ? null : now - lastHeard }
    })
    this.away = computed(() => {
      const { kind, age } = this.connection.value
      const failure = data.polling.failure.value
      if (kind !== 'away' || failure === null) return null
      const nextTry = data.polling.nextTry.value
      const wait = nextTry === null ? 0 : Math.ceil((nextTry - clockTick.value) / 1000)
      return { failure, age, nextTryS: Math.max(0, wait) }
    })
    this.messages = computed(() => {
      data.revision.value
      return data.feed.messages
    })

    // Rows keep themselves up to date; their order is made anew only when what it follows has changed.
    const ordering = computed(() => {
      const { q, status, mediaId, sort, descending } = view.value
      return JSON.stringify([q, status, mediaId, sort, descending])
    })
    const rows = computed(() => {
      ordering.value
      data.shape.value
      const shown = view.peek()
      if (shown.status !== null || shown.sort === 'status') data.statuses.value
      const now = shown.sort === 'progress' || shown.sort === 'seen' ? this.now.value : this.now.peek()
      return selectRows(data.store.rows(), shown, now)
    })
    const grouped = computed(() => view.value.group)
    const groups = computed(() =>
      grouped.value ? groupByTitle(rows.value) : [{ mediaId: null, title: null, rows: rows.value }],
    )
    this.drawing = computed(() => {
      data.revision.value
      return { groups: groups.value, now: this.now.value }
    })

    const chosenTitle = computed(() => view.value.mediaId)
    this.titles = computed(() => {
      data.shape.value
      return titleChoices(data, chosenTitle.value)
    })
    this.figures = computed(() => {
      data.revision.value
      const mediaId = chosenTitle.value
      const audience = data.audience.value
      const ofTitle = mediaId === null ? audience : data.titleAudience.value
      // Counted from the rows while the page holds them in full: fresher than the service's figures.
      const own = data.countable && mediaId === null ? countRows(data.store.rows()) : null
      const byStatus = own ?? ofTitle?.byStatus ?? null
      return {
        audience: ofTitle,
        watchingNow: own === null ? (ofTitle?.watchingNow ?? null) : sum(own, isWatching),
        byStatus,
        topTitles: audience?.topTitles ?? [],
        titleName: this.titles.value.find((title) => title.mediaId === mediaId)?.title ?? mediaId,
        all:
          data.walk.complete.value || byStatus === null
            ? data.store.viewers
            : Math.max(
                data.store.viewers,
                sum(byStatus, () => true),
              ),
        shown: rows.value.length,
        held: data.store.viewers,
      }
    })
  }
}

function sum(counts: Record<Status, number>, which: (status: Status) => boolean): number {
  return STATUSES.reduce((total, status) => total + (which(status) ? counts[status] : 0), 0)
}

function titleChoices(data: LiveData, chosen: string | null): TitleChoice[] {
  const titles = new Map<string, string>()
  for (const title of data.audience.value?.topTitles ?? []) titles.set(title.mediaId, title.title)
  for (const { session } of data.store.rows())
    if (session.mediaId !== null && !titles.has(session.mediaId))
      titles.set(session.mediaId, session.title ?? session.mediaId)
  if (chosen !== null && !titles.has(chosen)) titles.set(chosen, chosen)
  return [...titles]
    .map(([mediaId, title]) => ({ mediaId, title }))
    .sort((a, b) => a.title.localeCompare(b.title))
}
