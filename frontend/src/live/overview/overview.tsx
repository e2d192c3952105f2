import type { TitleAudience } from '../../api/audience'
import { shownText } from '../../outside-text'
import type { Screen } from '../screen'
import { STATUSES, type Status, statusTone, statusWord } from '../status'
import { toTheSecond } from '../times-of-day'
import { changeView, view } from '../view'
import { HourChart } from './hour-chart'
import css from './overview.module.css'

/** The figures at a glance. A status or a title in them is also the filter for it. */
export function Overview({ screen }: { screen: Screen }) {
  const { unit, watchingNow, byStatus, topTitles, titlesPartial, minutes, liveNow } = screen.figures.value
  const { asOf } = screen.connection.value
  const titleName = screen.titleName.value
  return (
    <section
      class={`${css.overview} ${asOf === null ? '' : css.still}`}
      aria-label="At a glance"
      data-testid="overview"
      data-still={asOf !== null}
    >
      <div class={`card ${css.nowCard}`} data-testid="now-card">
        <div class={css.cardHead}>
          <h2 class={css.figureName}>
            Watching now
            {titleName === null ? (
              ''
            ) : (
              <span class="quiet">
                {' '}
                · <bdi>{shownText(titleName)}</bdi>
              </span>
            )}
          </h2>
          <Caption asOf={asOf}>{watchingNow === null ? '' : unit}</Caption>
        </div>
        <p class={css.figure} data-testid="watching-now">
          {watchingNow === null ? '–' : watchingNow.toLocaleString()}
        </p>
        <StatusBar byStatus={byStatus} />
        <ul class={css.statusCounts}>
          {STATUSES.map((status) => (
            <li key={status}>
              <button
                type="button"
                class={`${css.statusCount} tone-${statusTone(status)}`}
                aria-pressed={view.value.status === status}
                data-testid={`count-${status}`}
                onClick={() => changeView({ status: view.value.status === status ? null : status })}
              >
                <span class="dot" aria-hidden="true" />
                <span class={css.statusCountWord}>{statusWord(status)}</span>
                <span class={css.statusCountNumber}>
                  {byStatus === null ? '–' : byStatus[status].toLocaleString()}
                </span>
              </button>
            </li>
          ))}
        </ul>
      </div>
      <div class={`card ${css.chartCard}`}>
        <div class="card-head">
          <h2>Sessions seen a minute, last hour</h2>
          <Caption asOf={asOf}>{liveNow === null ? '' : `${liveNow.toLocaleString()} live now`}</Caption>
        </div>
        {minutes === null ? (
          <div class={css.chartPlace} data-testid="chart-loading" />
        ) : (
          <HourChart minutes={minutes} live={liveNow} now={screen.now.value} />
        )}
      </div>
      <div class={`card ${css.titlesCard}`} data-testid="top-titles">
        <div class="card-head">
          <h2>Top titles</h2>
          <Caption asOf={asOf}>{titlesPartial ? 'watching now (partial)' : 'watching now'}</Caption>
        </div>
        <TopTitles titles={topTitles} />
      </div>
    </section>
  )
}

/** What the figures of a card are; of an old screen, when they were so. */
function Caption({ asOf, children }: { asOf: number | null; children: string }) {
  return (
    <span class="quiet small" data-testid="as-of">
      {asOf === null ? children : `as of ${toTheSecond(asOf)}`}
    </span>
  )
}

function StatusBar({ byStatus }: { byStatus: Record<Status, number> | null }) {
  const total = byStatus === null ? 0 : STATUSES.reduce((sum, status) => sum + byStatus[status], 0)
  return (
    <div class={css.statusBar} aria-hidden="true" data-testid="status-bar">
      {byStatus !== null &&
        total > 0 &&
        STATUSES.filter((status) => byStatus[status] > 0).map((status) => (
          <i
            key={status}
            class={`mark-colour tone-${statusTone(status)}`}
            style={{ flexGrow: byStatus[status] }}
          />
        ))}
    </div>
  )
}

const TITLES_SHOWN = 6

function TopTitles({ titles }: { titles: TitleAudience[] | null }) {
  if (titles === null)
    return (
      <div class={css.titlesPlace} data-testid="titles-loading" aria-hidden="true">
        <i />
        <i />
        <i />
      </div>
    )
  const most = titles[0]?.watchingNow ?? 1
  if (titles.length === 0) return <p class="empty-note">No title is being watched.</p>
  return (
    <ol class={css.topTitles}>
      {titles.slice(0, TITLES_SHOWN).map((title) => (
        <li key={title.mediaId}>
          <button
            type="button"
            class={css.topTitle}
            data-testid="top-title"
            aria-pressed={view.value.mediaId === title.mediaId}
            onClick={() =>
              changeView({ mediaId: view.value.mediaId === title.mediaId ? null : title.mediaId })
            }
          >
            <bdi class={css.topTitleName}>{shownText(title.title)}</bdi>
            <span class={css.topTitleCount} data-testid="top-title-count">
              {title.watchingNow.toLocaleString()}
            </span>
            <span class={css.topTitleBar} aria-hidden="true">
              <i
                class="mark-colour"
                style={{ transform: `scaleX(${Math.min(1, title.watchingNow / most)})` }}
              />
            </span>
          </button>
        </li>
      ))}
    </ol>
  )
}
