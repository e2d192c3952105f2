import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Screen } from '../screen'
import { openViewer, view } from '../view'
import { COLUMNS, columnsFor } from './columns'
import { ListLines } from './list-lines'
import { useWindowList } from './use-window-list'
import { CardHeading, ViewerCard } from './viewer-cards'
import css from './viewer-list.module.css'
import { gridTracks, TableHead, TableHeading, TableRow } from './viewer-table'

/** Heights in rem: exact, since the list places its entries by them. */
const ROW_REM = 3.25
const NARROW_ROW_REM = 5.4
const HEADING_REM = 3
const CARD_REM = 10.4
const CARD_GAP_REM = 0.9
const CARD_WIDTH_REM = 19
/** Narrower than this the columns that are always there don't fit beside each other. */
const NARROW_REM = 55

interface Measures {
  rem: number
  width: number
}

function measure(host: HTMLElement | null): Measures {
  return {
    rem: Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16,
    width: host?.clientWidth ?? window.innerWidth,
  }
}

/** How wide the list is, and the page's rem, px. */
function useMeasures(host: { current: HTMLElement | null }): Measures {
  const [measures, setMeasures] = useState(() => measure(null))
  useLayoutEffect(() => {
    const element = host.current
    if (element === null) return
    const update = () =>
      setMeasures((before) => {
        const now = measure(element)
        return now.rem === before.rem && now.width === before.width ? before : now
      })
    update()
    const observer = new ResizeObserver(update)
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return measures
}

/** The viewers as a table or as cards; only what is on screen is drawn. */
export function ViewerList({
  screen,
  isLive,
  onVisible,
}: {
  screen: Screen
  isLive: (viewerId: string) => boolean
  onVisible: (ids: string[]) => void
}) {
  const host = useRef<HTMLDivElement>(null)
  const { rem, width } = useMeasures(host)
  const { layout, group: headings, viewer, columns: dimensions } = view.value
  const { groups, now } = screen.drawing.value
  const cards = layout === 'cards'
  const narrow = width / rem < NARROW_REM
  const columns = useMemo(
    () => (narrow ? COLUMNS : columnsFor(width / rem, dimensions)),
    [narrow, narrow ? 0 : Math.floor(width / rem), dimensions],
  )
  const cardsInLine = Math.max(
    1,
    Math.floor((width + CARD_GAP_REM * rem) / ((CARD_WIDTH_REM + CARD_GAP_REM) * rem)),
  )
  const rowHeight = Math.round((cards ? CARD_REM + CARD_GAP_REM : narrow ? NARROW_ROW_REM : ROW_REM) * rem)
  const inLine = cards ? cardsInLine : 1
  const lines = useMemo(() => new ListLines(groups, inLine, headings), [groups, inLine, headings])
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

  // A row must not go from under the pointer, nor the row with the focus out of sight.
  const insides = useRef(new Set<string>())
  const inside = (what: 'pointer' | 'focus', on: boolean) => {
    if (on) insides.current.add(what)
    else insides.current.delete(what)
    screen.hold(insides.current.size > 0)
  }
  useEffect(() => () => screen.hold(false), [screen])

  return (
    <div
      class={cards ? css.cards : narrow ? css.narrow : ''}
      style={{ '--columns': gridTracks(columns) }}
      role={cards ? 'list' : 'table'}
      aria-label="Live viewers"
      aria-rowcount={cards ? undefined : lines.count + 1}
      onKeyDown={moveByArrows}
    >
      {!cards && <TableHead columns={columns} narrow={narrow} />}
      <div
        class={css.body}
        ref={host}
        role={cards ? 'presentation' : 'rowgroup'}
        data-testid="viewers-body"
        onPointerEnter={() => inside('pointer', true)}
        onPointerLeave={() => inside('pointer', false)}
        onFocusIn={() => inside('focus', true)}
        onFocusOut={() => inside('focus', false)}
        style={{ height: `${list.height}px` }}
      >
        {drawn.map(({ item, line }) => {
          const place = {
            transform: `translateY(${item.start - list.margin}px)`,
            height: `${item.size}px`,
          }
          if (line.kind === 'title') {
            const viewers = headingWords(line.viewers, line.watching, screen.figures.value.unit === 'viewers')
            const Heading = cards ? CardHeading : TableHeading
            return <Heading key={`title ${line.title}`} title={line.title} viewers={viewers} place={place} />
          }
          if (!cards) {
            const row = line.rows[0]
            return row === undefined ? null : (
              <TableRow
                key={`viewer ${row.viewerId}`}
                columns={columns}
                narrow={narrow}
                viewerId={row.viewerId}
                session={row.session}
                liveSessions={row.liveSessions}
                now={now}
                left={!isLive(row.viewerId)}
                place={item.start - list.margin}
                height={item.size}
                index={item.index + 2}
                opened={viewer === row.viewerId}
                open={openViewer}
              />
            )
          }
          return (
            <div
              key={`line ${line.rows[0]?.viewerId}`}
              class={css.cardLine}
              style={{ ...place, gridTemplateColumns: `repeat(${cardsInLine}, minmax(0, 1fr))` }}
              role="presentation"
            >
              {line.rows.map((row) => (
                <ViewerCard
                  key={row.viewerId}
                  viewerId={row.viewerId}
                  session={row.session}
                  liveSessions={row.liveSessions}
                  now={now}
                  left={!isLive(row.viewerId)}
                  opened={viewer === row.viewerId}
                  open={openViewer}
                />
              ))}
            </div>
          )
        })}
      </div>
    </div>
  )
}

/** "12 viewers, 11 watching"; where the page doesn't hold them all, that it is those that are loaded. */
function headingWords(viewers: number, watching: number, whole: boolean): string {
  const of = whole ? (viewers === 1 ? 'viewer' : 'viewers') : 'loaded'
  return `${viewers.toLocaleString()} ${of}, ${watching.toLocaleString()} watching`
}

/** Up and down go from viewer to viewer. */
function moveByArrows(event: KeyboardEvent): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  const host = event.currentTarget as HTMLElement
  const buttons = [...host.querySelectorAll<HTMLButtonElement>('[data-testid="viewer-name"]')].sort(
    (a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top,
  )
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement)
  const next = buttons[at + (event.key === 'ArrowDown' ? 1 : -1)]
  if (at < 0 || next === undefined) return
  event.preventDefault()
  next.focus()
  next.scrollIntoView({ block: 'nearest' })
}
