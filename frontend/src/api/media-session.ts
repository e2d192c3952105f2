import type { readAd, readCounters, readSession } from './decode'

/** What is read of the API's and the socket's JSON is what the pages know: a field is written once, where it is read. */

export type AdPlaying = NonNullable<ReturnType<typeof readAd>>

export type SessionCounters = ReturnType<typeof readCounters>

export type MediaSession = NonNullable<ReturnType<typeof readSession>>
