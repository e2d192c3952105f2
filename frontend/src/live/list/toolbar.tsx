import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Icon } from '../../icons'
import { shownText } from '../../outside-text'
import type { DimensionConfig } from '../../page-config'
import { EXPERIENCES, experienceWord, isExperience } from '../experience'
import { countWords } from '../figures'
import type { Screen } from '../screen'
import { isStatus, STATUSES, statusWord } from '../status'
import { changeView, view } from '../view'
import { orders } from './columns'
import { ChosenValues, DimensionFilters } from './dimension-filters'
import css from './toolbar.module.css'

/** Search, filters, sort, grouping and layout. "/" goes to the search from anywhere. */
export function Toolbar({ screen, dimensions }: { screen: Screen; dimensions: readonly DimensionConfig[] }) {
  const titles = screen.titles.value
  const count = screen.count.value
  const bar = useRef<HTMLElement>(null)
  const search = useRef<HTMLInputElement>(null)
  const [filters, showFilters] = useState(false)
  const chosen = Object.entries(view.value.dimensions)
  const { q, status, experience, mediaId, sort, descending, group, layout } = view.value
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.matches('input, select, textarea')
      if (event.key !== '/' || typing || event.ctrlKey || event.metaKey) return
      event.preventDefault()
      search.current?.focus()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
  // The table's head sticks below the toolbar, however high that is.
  useLayoutEffect(() => {
    const element = bar.current
    const parent = element?.parentElement
    if (element === null || !parent) return
    const observer = new ResizeObserver(() =>
      parent.style.setProperty('--toolbar-height', `${element.offsetHeight}px`),
    )
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return (
    <>
      <search class={css.toolbar} aria-label="Viewers" ref={bar} data-testid="toolbar">
        <label class={css.search}>
          <Icon name="search" />
          <input
            ref={search}
            type="search"
            aria-label="Search viewers and titles"
            placeholder="Search viewer or title"
            autoComplete="off"
            spellcheck={false}
            value={q}
            data-testid="search"
            onInput={(event) => changeView({ q: event.currentTarget.value })}
            onKeyDown={(event) => event.key === 'Escape' && changeView({ q: '' })}
          />
          <kbd>/</kbd>
        </label>
        <label class={css.statusFilter}>
          <span class="hidden">Status</span>
          <select
            class="plain"
            value={status ?? ''}
            data-testid="filter-status"
            onChange={(event) => {
              const chosen = event.currentTarget.value
              changeView({ status: isStatus(chosen) ? chosen : null })
            }}
          >
            <option value="">Any status</option>
            {STATUSES.map((each) => (
              <option key={each} value={each}>
                {statusWord(each)}
              </option>
            ))}
          </select>
        </label>
        <label class={css.experienceFilter}>
          <span class="hidden">Experience</span>
          <select
            class="plain"
            value={experience ?? ''}
            data-testid="filter-experience"
            onChange={(event) => {
              const chosen = event.currentTarget.value
              changeView({ experience: isExperience(chosen) ? chosen : null })
            }}
          >
            <option value="">Any experience</option>
            {EXPERIENCES.map((each) => (
              <option key={each} value={each}>
                {experienceWord(each)}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span class="hidden">Title</span>
          <select
            class="plain"
            value={mediaId ?? ''}
            data-testid="filter-title"
            onChange={(event) => changeView({ mediaId: event.currentTarget.value || null })}
          >
            <option value="">Any title</option>
            {titles.map((title) => (
              <option key={title.mediaId} value={title.mediaId} dir="auto">
                {shownText(title.title)}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span class="hidden">Order</span>
          <select
            class="plain"
            value={`${descending ? '-' : ''}${sort}`}
            data-testid="sort"
            onChange={(event) => {
              const chosen = event.currentTarget.value
              changeView({ sort: chosen.replace(/^-/, ''), descending: chosen.startsWith('-') })
            }}
          >
            {orders(view.value.columns).flatMap(({ id: each, name }) => [
              <option key={each} value={each}>
                {name} ↑
              </option>,
              <option key={`-${each}`} value={`-${each}`}>
                {name} ↓
              </option>,
            ])}
          </select>
        </label>
        {dimensions.length > 0 && (
          <button
            type="button"
            class="button"
            aria-expanded={filters}
            aria-label="More filters and columns"
            data-testid="more-filters"
            onClick={() => showFilters(!filters)}
          >
            <Icon name={filters ? 'up' : 'down'} />
            <span class={css.groupWord}>More</span>
          </button>
        )}
        <button
          type="button"
          class="button toggle"
          aria-pressed={group}
          aria-label="By title"
          data-testid="group"
          onClick={() => changeView({ group: !group })}
        >
          <Icon name="group" />
          <span class={css.groupWord}>By title</span>
        </button>
        <div class={css.toolbarEnd}>
          {screen.orderChanged.value && (
            <span
              class={css.changed}
              title="Rows stay in their places while the pointer or the focus is on one of them"
              data-testid="order-changed"
            >
              Order changed
            </span>
          )}
          <p class="quiet small" role="status" data-testid="shown">
            {count === null ? '–' : countWords(count)}
          </p>
          <fieldset class={css.segmented}>
            <legend class="hidden">Layout</legend>
            {(['table', 'cards'] as const).map((each) => (
              <button
                key={each}
                type="button"
                class="icon-button"
                aria-pressed={layout === each}
                aria-label={each === 'table' ? 'Table' : 'Cards'}
                data-testid={`layout-${each}`}
                onClick={() => changeView({ layout: each })}
              >
                <Icon name={each} />
              </button>
            ))}
          </fieldset>
        </div>
      </search>
      {chosen.length > 0 && <ChosenValues dimensions={chosen} />}
      {filters && <DimensionFilters dimensions={dimensions} screen={screen} />}
    </>
  )
}
