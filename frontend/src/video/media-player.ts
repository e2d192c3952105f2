import type { trackMediaReady } from '@snowplow/browser-plugin-media'

/** The player's state as the media plugin takes it (the plugin declares the type but doesn't export it by name). */
export type MediaPlayerUpdate = NonNullable<Parameters<typeof trackMediaReady>[0]['player']>

/** The plugin doesn't export its enum of media types either; its value is the schema's word. */
const VIDEO = 'video' as NonNullable<MediaPlayerUpdate['mediaType']>

/** The state of a <video> that travels in the media_player entity. `rate` is what the viewer chose. */
export function mediaPlayer(video: HTMLVideoElement, label: string, rate: number): MediaPlayerUpdate {
  return {
    label,
    currentTime: video.currentTime,
    duration: Number.isFinite(video.duration) ? video.duration : null,
    paused: video.paused,
    ended: video.ended,
    muted: video.muted,
    volume: Math.round(video.volume * 100),
    playbackRate: rate,
    loop: false,
    livestream: false,
    fullscreen: document.fullscreenElement !== null,
    pictureInPicture: document.pictureInPictureElement === video,
    quality: video.videoHeight > 0 ? `${video.videoHeight}p` : 'unknown',
    mediaType: VIDEO,
    playerType: 'org.whatwg-media_element',
  }
}
