import type { ApiClient } from '../../api/client'
import type { PageConfig } from '../../page-config'
import { AwayBanner } from '../connection-state'
import type { LiveData } from '../data/live-data'
import { useReading } from '../data/reading'
import { IncidentsStrip } from '../incidents/incidents-strip'
import type { Screen } from '../screen'
import { view } from '../view'
import { AdsCard } from './ads-card'
import css from './audience-view.module.css'
import { BreakdownCard } from './breakdown-card'
import { standsSince } from './card'
import { askAds, askBreakdown, askSeries } from './questions'
import { breakdownQuery, rowOf, rowQuery, scopeOf } from './scope'
import { ScopeBar } from './scope-bar'
import { SeriesCard } from './series-card'
import { Tiles } from './tiles'

/** The view *Audience*: how many, how well it plays for them and how it was, for everyone or a part of them. */
export function AudienceView({
  config,
  client,
  data,
  screen,
}: {
  config: PageConfig
  client: ApiClient
  data: LiveData
  screen: Screen
}) {
  const { by, window, range, compare, adsBy } = view.value
  const scope = scopeOf(view.value)
  const ofBreakdown = askBreakdown(breakdownQuery(by, scope.mediaId, window))
  const ofRow = askBreakdown(rowQuery(scope, window))
  const breakdown = useReading(client, ofBreakdown)
  const apart = ofRow.key !== ofBreakdown.key
  const rowReading = useReading(client, apart ? ofRow : null)
  const ownRow = apart ? rowReading : breakdown
  const series = useReading(client, askSeries(scope, range, compare))
  const before = useReading(client, compare === null ? null : askSeries(scope, range, compare, compare))
  const ads = useReading(client, askAds(scope, adsBy, range))
  const retry = () => {
    data.retryNow()
    for (const reading of [breakdown, rowReading, series, before, ads]) reading.retryNow()
  }
  return (
    <div class={css.sections}>
      <h1 class="hidden">Audience</h1>
      <AwayBanner screen={screen} onRetry={retry} />
      <IncidentsStrip client={client} screen={screen} />
      <ScopeBar screen={screen} />
      <Tiles
        row={ownRow.answer.value === null ? null : rowOf(scope, ownRow.answer.value)}
        window={window}
        series={series.answer.value}
        before={compare === null ? null : before.answer.value}
        range={range}
        compare={compare}
        asOf={standsSince(ownRow, screen)}
      />
      <SeriesCard series={series} before={before} screen={screen} />
      <BreakdownCard breakdown={breakdown} scope={scope} dimensions={config.dimensions} screen={screen} />
      <AdsCard ads={ads} scope={scope} screen={screen} />
    </div>
  )
}
