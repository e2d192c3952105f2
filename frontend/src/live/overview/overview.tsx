import type { TitleAudience } from '../../api/audience'
import type { Screen } from '../screen'
import { STATUSES, type Status, statusTone, statusWord } from '../status'
import { changeView, view } from '../view'
import { HourChart } from './hour-chart'
import css from './overview.module.css'

/** The figures at a glance. A status or a title in them is also the filter for it. */
export function Overview({ screen }: { screen: Screen }) {
  const { audience, watchingNow, byStatus, topTitles, titleName } = screen.figures.value
  return (
    <section class={css.overview} aria-label="At a glance">
      <div class={`card ${css.nowCard}`} data-testid="now-card">
        <h2 class={css.figureName}>
          Watching now{titleName === null ? '' : <span class="quiet"> · {titleName}</span>}
        </h2>
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
          <h2>Last hour</h2>
          <span class="quiet small">sessions a minute</span>
        </div>
        {audience === null ? <div class={css.chartPlace} /> : <HourChart minutes={audience.minutes} />}
      </div>
      <div class={`card ${css.titlesCard}`}>
        <div class="card-head">
          <h2>Top titles</h2>
          <span class="quiet small">watching now</span>
        </div>
        <TopTitles titles={topTitles} />
      </div>
    </section>
  )
}

function StatusBar({ byStatus }: { byStatus: Record<Status, number> | null }) {
  const total = byStatus === null ? 0 : STATUSES.reduce((sum, status) => sum + byStatus[status], 0)
  return (
    <div class={css.statusBar} aria-hidden="true">
      {byStatus !== null &&
        total > 0 &&
        STATUSES.filter((status) => byStatus[status] > 0).map((status) => (
          <i key={status} class={`tone-${statusTone(status)}`} style={{ flexGrow: byStatus[status] }} />
        ))}
    </div>
  )
}

const TITLES_SHOWN = 6

function TopTitles({ titles }: { titles: TitleAudience[] }) {
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
            <span class={css.topTitleName}>{title.title}</span>
            <span class={css.topTitleCount}>{title.watchingNow.toLocaleString()}</span>
            <span class={css.topTitleBar} aria-hidden="true">
              <i style={{ transform: `scaleX(${title.watchingNow / most})` }} />
            </span>
          </button>
        </li>
      ))}
    </ol>
  )
}
