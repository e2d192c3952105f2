import { AD_GROUPS, type AdReport } from '../../api/ads'
import { saveCsv } from '../csv'
import type { Reading } from '../data/reading'
import type { Screen } from '../screen'
import { dayAndTime } from '../times-of-day'
import { changeView, view } from '../view'
import { AD_GROUP_WORDS, adColumns, adCsv, adFigure, adName } from './ad-columns'
import css from './ads-card.module.css'
import { Card } from './card'
import { oneOf } from './choices'
import { FigureCell, FigureTable } from './figure-table'
import type { AudienceScope } from './scope'

/** How often ads were seen, how far, clicked and skipped, in whole hours that hold the range of the chart. */
export function AdsCard({
  ads,
  scope,
  screen,
}: {
  ads: Reading<AdReport>
  scope: AudienceScope
  screen: Screen
}) {
  const { adsBy } = view.value
  const report = ads.answer.value
  const hours = report === null ? '' : `${dayAndTime(report.from)} to ${dayAndTime(report.to)}`
  return (
    <Card
      id="ads"
      heading={
        <label>
          Ads by{' '}
          <select
            class="plain"
            value={adsBy}
            data-testid="ads-by"
            onChange={(event) => changeView({ adsBy: oneOf(AD_GROUPS, event.currentTarget.value) ?? 'ad' })}
          >
            {AD_GROUPS.map((each) => (
              <option key={each} value={each}>
                {AD_GROUP_WORDS[each]}
              </option>
            ))}
          </select>
        </label>
      }
      caption={`${hours}${scope.by === null ? '' : ' · of all values'}${report?.partial === true ? ' · partial' : ''}`}
      reading={ads}
      screen={screen}
      onCsv={(answer) => saveCsv(`ads-by-${adsBy}`, adCsv(answer))}
    >
      {(answer) => <AdTable report={answer} />}
    </Card>
  )
}

function AdTable({ report }: { report: AdReport }) {
  const columns = adColumns(report.by)
  if (report.rows.length === 0) return <p class="empty-note">No ad was seen in these hours.</p>
  return (
    <FigureTable label="Ads">
      <thead>
        <tr>
          <th scope="col">{report.by === 'break' ? 'Ad break' : report.by === 'ad' ? 'Ad' : 'Creative'}</th>
          {columns.map(({ id, name, hint }) => (
            <th key={id} scope="col" title={hint}>
              {name}
              {hint !== undefined && <span class="hidden">, {hint}</span>}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {report.rows.map((row) => {
          const { name, id } = adName(report.by, row)
          return (
            <tr key={`${row.adId} ${row.creativeId} ${row.breakId}`} data-testid="ad-row">
              <th scope="row">
                <bdi class={css.name}>{name}</bdi>
                {id !== null && <bdi class={css.id}>{id}</bdi>}
              </th>
              {columns.map((column) => {
                const { text, beside } = adFigure(column, row)
                return <FigureCell key={column.id} column={column.id} text={text} beside={beside} />
              })}
            </tr>
          )
        })}
      </tbody>
    </FigureTable>
  )
}
