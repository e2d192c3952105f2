import { memo } from 'preact/compat'
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { MediaSession } from '../api/media-session'
import { Icon } from '../icons'
import { clockTick } from './clock'
import { type Line, ListLines } from './list-lines'
import type { Group } from './select-rows'
import { StatusBadge } from './status-badge'
import { useWindowList } from './use-window-list'
import { changeView, view } from './view'
import type { Sort } from './view-state'
import { AdCounts, AdNow, ExperienceMark, LastSeen, Progress } from './viewer-facts'

interface Column {
  id: string
  name: string
  sort?: Sort
}

const COLUMNS: Column[] = [
  { id: 'viewer', name: 'Viewer', sort: 'viewer' },
  { id: 'title', name: 'Title', sort: 'title' },
  { id: 'status', name: 'Status', sort: 'status' },
  { id: 'progress', name: 'Progress', sort: 'progress' },
  { id: 'ad', name: 'Ad playing' },
  { id: 'ads', name: 'Ads' },
  { id: 'experience', name: 'Experience' },
  { id: 'seen', name: 'Last seen', sort: 'seen' },
]

/** Heights in rem: exact, since the list places its entries by them. */
const ROW_REM = 3.25
const NARROW_ROW_REM = 5.4
const HEADING_REM = 3
const CARD_REM = 9.2
const CARD_GAP_REM = 0.9
const CARD_WIDTH_REM = 19
const NARROW_PX = 760

interface Measures {
  rem: number
  narrow: boolean
  columns: number
}

function measure(host: HTMLElement | null): Measures {
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16
  const width = host?.clientWidth ?? window.innerWidth
  return {
    rem,
    narrow: width < NARROW_PX,
    columns: Math.max(1, Math.floor((width + CARD_GAP_REM * rem) / ((CARD_WIDTH_REM + CARD_GAP_REM) * rem))),
  }
}

/** The viewers as a table or as cards; only what is on screen is drawn. */
export function ViewerList({
  groups,
  headings,
  onVisible,
}: {
  groups: Group[]
  headings: boolean
  /** Changes when any row did: rows are changed in place. */
  revision: number
  onVisible: (ids: string[]) => void
}) {
  const host = useRef<HTMLDivElement>(null)
  const [measures, setMeasures] = useState(() => measure(null))
  const { layout } = view.value
  const cards = layout === 'cards'
  useLayoutEffect(() => {
    const element = host.current
    if (element === null) return
    const update = () =>
      setMeasures((before) => {
        const now = measure(element)
        return now.rem === before.rem && now.narrow === before.narrow && now.columns === before.columns
          ? before
          : now
      })
    update()
    const observer = new ResizeObserver(update)
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  const { rem } = measures
  const rowHeight = Math.round(
    (cards ? CARD_REM + CARD_GAP_REM : measures.narrow ? NARROW_ROW_REM : ROW_REM) * rem,
  )
  const columns = cards ? measures.columns : 1
  const lines = useMemo(() => new ListLines(groups, columns, headings), [groups, columns, headings])
  // As text, so that the heights are worked out anew only when a heading is really somewhere else.
  const headingLines = lines.headingLines.join(' ')
  const heightOf = useMemo(() => {
    const places = new Set(headingLines === '' ? [] : headingLines.split(' ').map(Number))
    const heading = Math.round(HEADING_REM * rem)
    return (index: number) => (places.has(index) ? heading : rowHeight)
  }, [headingLines, rowHeight, rem])
  const list = useWindowList(host, lines.count, heightOf)
  const drawn = list.items.flatMap((item) => {
    const line = lines.at(item.index)
    return line === null ? [] : [{ item, line }]
  })
  const shown = drawn.flatMap(({ line }) =>
    line.kind === 'rows' ? line.rows.map((row) => row.viewerId) : [],
  )
  useEffect(() => onVisible(shown))

  const now = clockTick.value
  const opened = view.value.viewer
  return (
    <div
      class={`viewers ${cards ? 'viewers-cards' : 'viewers-table'} ${measures.narrow ? 'viewers-narrow' : ''}`}
      role={cards ? 'list' : 'table'}
      aria-label="Live viewers"
      aria-rowcount={cards ? undefined : lines.count + 1}
      onKeyDown={moveByArrows}
    >
      {!cards && <TableHead hidden={measures.narrow} />}
      <div
        class="viewers-body"
        ref={host}
        role={cards ? 'presentation' : 'rowgroup'}
        style={{ height: `${list.height}px` }}
      >
        {drawn.map(({ item, line }) => {
          const place = {
            transform: `translateY(${item.start - list.margin}px)`,
            height: `${item.size}px`,
            ...(cards ? { gridTemplateColumns: `repeat(${measures.columns}, minmax(0, 1fr))` } : {}),
          }
          if (line.kind === 'title')
            return <TitleHeading key={`title ${line.title}`} line={line} place={place} cards={cards} />
          if (!cards) {
            const row = line.rows[0]
            return row === undefined ? null : (
              <TableRow
                key={`viewer ${row.viewerId}`}
                viewerId={row.viewerId}
                session={row.session}
                liveSessions={row.liveSessions}
                now={now}
                place={item.start - list.margin}
                height={item.size}
                index={item.index + 2}
                opened={opened === row.viewerId}
              />
            )
          }
          return (
            <div key={`line ${line.rows[0]?.viewerId}`} class="card-line" style={place} role="presentation">
              {line.rows.map((row) => (
                <ViewerCard
                  key={row.viewerId}
                  viewerId={row.viewerId}
                  session={row.session}
                  liveSessions={row.liveSessions}
                  now={now}
                  opened={opened === row.viewerId}
                />
              ))}
            </div>
          )
        })}
      </div>
    </div>
  )
}

/** Up and down go from viewer to viewer. */
function moveByArrows(event: KeyboardEvent): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  const host = event.currentTarget as HTMLElement
  const buttons = [...host.querySelectorAll<HTMLButtonElement>('.viewer-name')].sort(
    (a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top,
  )
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement)
  const next = buttons[at + (event.key === 'ArrowDown' ? 1 : -1)]
  if (at < 0 || next === undefined) return
  event.preventDefault()
  next.focus()
  next.scrollIntoView({ block: 'nearest' })
}

function TableHead({ hidden }: { hidden: boolean }) {
  const { sort, descending } = view.value
  return (
    <div role="rowgroup" class={hidden ? 'hidden' : 'viewers-head'}>
      <div role="row" class="viewers-columns" aria-rowindex={1}>
        {COLUMNS.map((column) => {
          const sorted = column.sort !== undefined && column.sort === sort
          return (
            <div
              key={column.id}
              role="columnheader"
              class={`cell cell-${column.id}`}
              aria-sort={
                column.sort === undefined
                  ? undefined
                  : sorted
                    ? descending
                      ? 'descending'
                      : 'ascending'
                    : 'none'
              }
            >
              {column.sort === undefined ? (
                <span title={column.id === 'ads' ? 'seen · skipped · clicked' : undefined}>
                  {column.name}
                  {column.id === 'ads' && <span class="hidden"> seen, skipped, clicked</span>}
                </span>
              ) : (
                <button
                  type="button"
                  class="sort-button"
                  tabIndex={hidden ? -1 : 0}
                  onClick={() =>
                    changeView({ sort: column.sort as Sort, descending: sorted ? !descending : false })
                  }
                >
                  {column.name}
                  {sorted && <Icon name={descending ? 'down' : 'up'} />}
                </button>
              )}
            </div>
          )
        })}
      </div>
    </div>
  )
}

function TitleHeading({
  line,
  place,
  cards,
}: {
  line: Line & { kind: 'title' }
  place: Record<string, string>
  cards: boolean
}) {
  const { gridTemplateColumns: _, ...style } = place
  const content = (
    <>
      <span class="title-heading-name">{line.title}</span>
      <span class="quiet">
        {line.viewers.toLocaleString()} {line.viewers === 1 ? 'viewer' : 'viewers'}
      </span>
    </>
  )
  return cards ? (
    <div class="title-heading" style={style} role="listitem">
      {content}
    </div>
  ) : (
    <div class="title-heading" style={style} role="row">
      <span role="cell" aria-colspan={COLUMNS.length}>
        {content}
      </span>
    </div>
  )
}

interface ViewerProps {
  viewerId: string
  session: MediaSession
  liveSessions: number
  now: number
  opened: boolean
}

function open(viewerId: string): void {
  changeView({ viewer: viewerId })
}

function ViewerName({
  viewerId,
  liveSessions,
  opened,
}: {
  viewerId: string
  liveSessions: number
  opened: boolean
}) {
  return (
    <>
      <button
        type="button"
        class="viewer-name"
        aria-expanded={opened}
        title={viewerId}
        onClick={(event) => {
          event.stopPropagation()
          open(viewerId)
        }}
      >
        {viewerId}
      </button>
      {liveSessions > 1 && <span class="more-sessions">{liveSessions} sessions</span>}
    </>
  )
}

const TableRow = memo(function TableRow({
  viewerId,
  session,
  liveSessions,
  now,
  opened,
  place,
  height,
  index,
}: ViewerProps & { place: number; height: number; index: number }) {
  return (
    // The name in the first cell is the button for keyboards; a click anywhere on the row does the same.
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above
    <div
      role="row"
      aria-rowindex={index}
      class={`viewer-row viewers-columns ${opened ? 'viewer-opened' : ''}`}
      style={{ transform: `translateY(${place}px)`, height: `${height}px` }}
      data-testid="viewer-row"
      data-viewer-id={viewerId}
      data-version={session.version}
      onClick={() => open(viewerId)}
    >
      <div role="cell" class="cell cell-viewer">
        <ViewerName viewerId={viewerId} liveSessions={liveSessions} opened={opened} />
      </div>
      <div role="cell" class="cell cell-title" title={session.title ?? undefined}>
        {session.title ?? <span class="quiet">No title</span>}
      </div>
      <div role="cell" class="cell cell-status">
        <StatusBadge status={session.status} testId="viewer-status" />
      </div>
      <div role="cell" class="cell cell-progress">
        <Progress session={session} now={now} />
      </div>
      <div role="cell" class="cell cell-ad">
        <AdNow session={session} />
      </div>
      <div role="cell" class="cell cell-ads">
        <AdCounts session={session} />
      </div>
      <div role="cell" class="cell cell-experience">
        <ExperienceMark session={session} />
      </div>
      <div role="cell" class="cell cell-seen">
        <LastSeen session={session} now={now} />
      </div>
    </div>
  )
})

const ViewerCard = memo(function ViewerCard({ viewerId, session, liveSessions, now, opened }: ViewerProps) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the name is the button for keyboards
    <div
      role="listitem"
      class={`card viewer-card ${opened ? 'viewer-opened' : ''}`}
      data-testid="viewer-row"
      data-viewer-id={viewerId}
      data-version={session.version}
      onClick={() => open(viewerId)}
    >
      <div class="viewer-card-head">
        <ViewerName viewerId={viewerId} liveSessions={liveSessions} opened={opened} />
        <StatusBadge status={session.status} testId="viewer-status" />
      </div>
      <p class="viewer-card-title">
        {session.title ?? 'No title'}
        {session.status === 'WATCHING_AD' && session.ad !== null && (
          <>
            {' · '}
            <AdNow session={session} />
          </>
        )}
      </p>
      <Progress session={session} now={now} />
      <dl class="viewer-card-facts">
        <div>
          <dt>
            Ads<span class="hidden"> seen, skipped, clicked</span>
          </dt>
          <dd>
            <AdCounts session={session} />
          </dd>
        </div>
        <div>
          <dt>Experience</dt>
          <dd>
            <ExperienceMark session={session} />
          </dd>
        </div>
        <div>
          <dt>Last seen</dt>
          <dd>
            <LastSeen session={session} now={now} />
          </dd>
        </div>
      </dl>
    </div>
  )
})
