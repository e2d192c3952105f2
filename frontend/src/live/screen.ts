import { computed, type ReadonlySignal, signal } from '@preact/signals'
import type { ApiFailure } from '../api/client'
import { clockTick } from './clock'
import { type ConnectionKind, connectionKind } from './connection'
import type { LiveData } from './data/live-data'
import type { ViewerRow } from './data/live-store'
import { type Figures, figuresOf, type ListCount, listCount } from './figures'
import { type ValueCount, valuesOf } from './list/dimension-values'
import { type Group, groupByTitle, selectRows } from './list/select-rows'
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
  /** When that word came, by this machine's clock, where the screen stands still since; else null. */
  asOf: number | null
}

/** Orders that move with time alone. */
const MOVING_ORDERS = new Set(['progress', 'seen', 'experience'])

/**
 * All that is drawn, derived from the data, the view and the clock. Here alone it is decided when a component draws
 * again: components read these signals, and nothing of the data that isn't one.
 */
export class Screen {
  /** The service's clock, ms, once a second; still while the service isn't heard. */
  readonly now: ReadonlySignal<number>
  readonly connection: ReadonlySignal<Connection>
  readonly away: ReadonlySignal<Away | null>
  readonly figures: ReadonlySignal<Figures>
  /** Null until rows have been read. */
  readonly count: ReadonlySignal<ListCount | null>
  /** Rows that the page holds, before any filter. */
  readonly held: ReadonlySignal<number>
  readonly drawing: ReadonlySignal<Drawing>
  /** The list is held still, and its order would be another one by now. */
  readonly orderChanged: ReadonlySignal<boolean>
  /** Titles to choose from, by name. */
  readonly titles: ReadonlySignal<TitleChoice[]>
  /** Name of the title that the view is narrowed to. */
  readonly titleName: ReadonlySignal<string | null>
  /** The values of a dimension among the rows that the page holds; the chosen one in any case. */
  readonly valuesOf: ReadonlySignal<(name: string, chosen: string | null) => ValueCount[]>
  /** Messages since the page was opened. */
  readonly messages: ReadonlySignal<number>

  #rows: ReadonlySignal<ViewerRow[]>
  #ordering: ReadonlySignal<string>
  #drawnRows: ReadonlySignal<ViewerRow[]>
  #holding = signal<{ ordering: string; rows: ViewerRow[] } | null>(null)

  constructor(data: LiveData, signedOut: () => boolean) {
    this.now = computed(() => {
      clockTick.value
      data.revision.value
      return data.now()
    })
    this.connection = computed(() => {
      const lastHeard = data.heardAt.value
      const now = Math.max(clockTick.value, lastHeard)
      const { still } = data
      const kind = connectionKind(
        {
          signedOut: signedOut(),
          pushed: data.rowsPushed,
          settling: data.settling,
          loaded: data.walk.loaded.value,
          lastHeard,
          failingSince: data.polling.failingSince.value,
          still,
        },
        now,
      )
      return { kind, age: lastHeard === 0 ? null : now - lastHeard, asOf: still ? lastHeard : null }
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
    this.#ordering = computed(() => {
      const { q, status, experience, mediaId, dimensions, sort, descending } = view.value
      return JSON.stringify([q, status, experience, mediaId, dimensions, sort, descending])
    })
    this.#rows = computed(() => {
      this.#ordering.value
      data.shape.value
      const shown = view.peek()
      if (shown.status !== null || shown.sort === 'status') data.statuses.value
      const moving = MOVING_ORDERS.has(shown.sort) || shown.experience !== null
      return selectRows(data.store.rows(), shown, moving ? this.now.value : this.now.peek())
    })
    this.#drawnRows = computed(() => {
      const holding = this.#holding.value
      if (holding === null || holding.ordering !== this.#ordering.value) return this.#rows.value
      data.revision.value
      return holding.rows.filter((row) => data.store.knows(row.viewerId))
    })
    this.orderChanged = computed(() => {
      const [drawn, now] = [this.#drawnRows.value, this.#rows.value]
      return drawn !== now && (drawn.length !== now.length || drawn.some((row, at) => row !== now[at]))
    })
    const grouped = computed(() => view.value.group)
    const groups = computed(() => {
      const rows = this.#drawnRows.value
      return grouped.value ? groupByTitle(rows) : [{ mediaId: null, title: null, rows }]
    })
    this.drawing = computed(() => {
      data.revision.value
      return { groups: groups.value, now: this.now.value }
    })
    this.held = computed(() => {
      data.revision.value
      return data.store.viewers
    })

    const chosenTitle = computed(() => view.value.mediaId)
    this.titles = computed(() => {
      data.shape.value
      return titleChoices(data, chosenTitle.value)
    })
    this.valuesOf = computed(() => {
      data.shape.value
      return (name, chosen) => valuesOf(data.store.rows(), name, chosen)
    })
    this.titleName = computed(() => {
      const mediaId = chosenTitle.value
      return this.titles.value.find((title) => title.mediaId === mediaId)?.title ?? mediaId
    })
    this.figures = computed(() => {
      data.revision.value
      const mediaId = chosenTitle.value
      const rows = [...data.store.rows()]
      return figuresOf({
        rows: mediaId === null ? rows : rows.filter((row) => row.session.mediaId === mediaId),
        whole: data.countable(mediaId),
        everyone: data.audience.value,
        ofTitle: data.titleAudience.value,
        mediaId,
        loaded: data.walk.loaded.value,
      })
    })
    this.count = computed(() =>
      data.walk.loaded.value
        ? listCount(
            this.#rows.value,
            this.held.value,
            this.figures.value,
            view.value,
            this.now.value,
            data.walk.partial.value,
          )
        : null,
    )
  }

  /** Keeps the rows in their places, e.g. while the pointer is on one of them; false lets them go. */
  hold(on: boolean): void {
    if (!on) this.#holding.value = null
    else this.#holding.value ??= { ordering: this.#ordering.peek(), rows: this.#rows.peek() }
  }

  /** The viewer so many rows further down (up: negative) in the list; null where there is none. */
  beside(viewerId: string, steps: number): string | null {
    const rows = this.drawing.peek().groups.flatMap((group) => group.rows)
    const at = rows.findIndex((row) => row.viewerId === viewerId)
    return at < 0 ? null : (rows[at + steps]?.viewerId ?? null)
  }
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
