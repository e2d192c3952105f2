import type { trackMediaReady } from '@snowplow/browser-plugin-media'

/** The player's state as the media plugin takes it (the plugin declares the type but doesn't export it by name). */
export type MediaPlayerUpdate = NonNullable<Parameters<typeof trackMediaReady>[0]['player']>

/** The plugin doesn't export its enum of media types either; its value is the schema's word. */
export const VIDEO = 'video' as NonNullable<MediaPlayerUpdate['mediaType']>
