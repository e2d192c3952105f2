import type { AdView, SeenCreative, ViewerAds } from '../../api/viewer-ads'
import { shownId, shownText } from '../../outside-text'
import { dayAndTime } from '../times-of-day'
import css from './viewer-ads.module.css'

const CREATIVES_SHOWN = 10

/** Which ads the viewer saw: by creative how often, and the newest views one by one. */
export function ViewerAdsSection({ ads, sessionId }: { ads: ViewerAds; sessionId: string | null }) {
  if (ads.creatives.length === 0) return null
  return (
    <section aria-labelledby="viewer-ads-heading" data-testid="viewer-ads">
      <h3 id="viewer-ads-heading">
        Ads seen {ads.partial && <span class="quiet">(there may be more)</span>}
      </h3>
      <ul class={css.creatives}>
        {ads.creatives.slice(0, CREATIVES_SHOWN).map((each) => (
          <li key={`${each.creativeId} ${each.adIds[0]}`} class={css.creative}>
            <bdi class={css.name}>{creativeName(each, ads.views)}</bdi>
            <span class="quiet small">
              {each.views === 1 ? '1 view' : `${each.views.toLocaleString()} views`}
              {' · last in the hour of '}
              <time dateTime={new Date(each.lastSeen).toISOString()}>{dayAndTime(each.lastSeen)}</time>
            </span>
          </li>
        ))}
      </ul>
      <details class={css.views}>
        <summary>
          {ads.views.length === 1 ? '1 ad view' : `${ads.views.length} ad views, newest first`}
        </summary>
        <ol data-testid="ad-views">
          {ads.views.map((view) => (
            <li
              key={`${view.sessionId} ${view.breakId} ${view.adId}`}
              class={css.view}
              aria-current={view.sessionId === sessionId ? 'true' : undefined}
            >
              <time class="quiet" dateTime={new Date(view.at).toISOString()}>
                {dayAndTime(view.at)}
              </time>
              <span class={css.name}>
                <bdi>{view.name === null ? shownId(view.adId) : shownText(view.name)}</bdi>{' '}
                <span class="quiet small">
                  {view.breakId === null ? 'outside a break' : <bdi>{shownId(view.breakId)}</bdi>}
                </span>
              </span>
              <span>{adViewWords(view)}</span>
            </li>
          ))}
        </ol>
      </details>
    </section>
  )
}

/** How far an ad got, and what the viewer did: "75 % · skipped". */
export function adViewWords(view: Pick<AdView, 'reached' | 'clicked' | 'skipped'>): string {
  const far = view.reached === 100 ? 'Completed' : view.reached === 0 ? 'Started' : `${view.reached} %`
  return [far, view.skipped && 'skipped', view.clicked && 'clicked'].filter(Boolean).join(' · ')
}

/** A creative is called by its ad where there is one name for it, else by its id. */
function creativeName(creative: SeenCreative, views: AdView[]): string {
  const names = new Set(
    views
      .filter((view) => view.creativeId === creative.creativeId && creative.adIds.includes(view.adId))
      .map((view) => view.name),
  )
  const [name] = names
  if (names.size === 1 && name != null) return shownText(name)
  return shownId(creative.creativeId ?? creative.adIds[0] ?? '')
}
