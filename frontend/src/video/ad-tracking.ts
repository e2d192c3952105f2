import {
  MediaPlayerAdBreakType,
  trackMediaAdBreakEnd,
  trackMediaAdBreakStart,
  trackMediaAdClick,
  trackMediaAdComplete,
  trackMediaAdFirstQuartile,
  trackMediaAdMidpoint,
  trackMediaAdPause,
  trackMediaAdResume,
  trackMediaAdSkip,
  trackMediaAdStart,
  trackMediaAdThirdQuartile,
} from '@snowplow/browser-plugin-media'
import { randomId } from '../random-id'
import { AD_SECONDS, type Advert } from './catalogue'
import type { MediaPlayerUpdate } from './media-player'

/** Calls the media plugin for the media session that runs, if one does. */
type Track = <Fields extends object>(
  track: (args: { id: string } & Fields, trackers?: string[]) => void,
  fields: Fields,
) => void

/** The events of ads and their breaks. */
export class AdTracking {
  #track: Track

  constructor(track: Track) {
    this.#track = track
  }

  breakStart = (player: MediaPlayerUpdate, startTime: number, podSize: number) =>
    this.#track(trackMediaAdBreakStart, {
      player,
      adBreak: {
        breakId: randomId(),
        name: 'mid-roll',
        startTime,
        breakType: MediaPlayerAdBreakType.Linear,
        podSize,
      },
    })
  breakEnd = (player: MediaPlayerUpdate) => this.#track(trackMediaAdBreakEnd, { player })
  start = (player: MediaPlayerUpdate, advert: Advert, podPosition: number) =>
    this.#track(trackMediaAdStart, {
      player,
      ad: {
        adId: advert.adId,
        name: advert.name,
        creativeId: advert.creativeId,
        podPosition,
        duration: AD_SECONDS,
        skippable: true,
      },
    })
  quartile = (player: MediaPlayerUpdate, percent: 25 | 50 | 75) =>
    this.#track(
      percent === 25
        ? trackMediaAdFirstQuartile
        : percent === 50
          ? trackMediaAdMidpoint
          : trackMediaAdThirdQuartile,
      { player },
    )
  complete = (player: MediaPlayerUpdate) => this.#track(trackMediaAdComplete, { player })
  skip = (player: MediaPlayerUpdate, percentProgress: number) =>
    this.#track(trackMediaAdSkip, { player, percentProgress })
  click = (player: MediaPlayerUpdate, percentProgress: number) =>
    this.#track(trackMediaAdClick, { player, percentProgress })
  pause = (player: MediaPlayerUpdate, percentProgress: number) =>
    this.#track(trackMediaAdPause, { player, percentProgress })
  resume = (player: MediaPlayerUpdate, percentProgress: number) =>
    this.#track(trackMediaAdResume, { player, percentProgress })
}
