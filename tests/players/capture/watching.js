// What every story of stories.js is told with: a real <video>, the real tracker bound to it as sites bind it, and a
// record of what a person who looks at the screen sees.
const { newTracker, setUserId } = snowplowBrowserTracking
const media = snowplowMedia
const video = document.querySelector('video')

const wait = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000))
const once = (name) => new Promise((done) => video.addEventListener(name, done, { once: true }))

// What a person sees: a status from each moment on, and the stretches of the content that were played.
const seen = { statuses: [], spans: [] }
function see(status) {
  seen.statuses.push([Date.now(), status])
}
setInterval(() => {
  const at = video.currentTime
  const span = seen.spans.at(-1)
  const moves = !video.paused && !video.seeking && video.readyState > 2
  if (span?.open && moves && at >= span.to && at - span.to < 0.4) span.to = at
  else {
    if (span) span.open = false
    if (moves) seen.spans.push({ from: at, to: at, open: true })
  }
}, 50)

// Where the picture stands and waits for data, a person sees it wait.
const watching = () => ['WATCHING_VIDEO', 'BUFFERING_VIDEO'].includes(seen.statuses.at(-1)?.[1])
video.addEventListener('waiting', () => watching() && see('BUFFERING_VIDEO'))
video.addEventListener('playing', () => watching() && see('WATCHING_VIDEO'))

// The whole player entity, as a careful site gives it. A story may give less, or something else.
function everything() {
  return {
    currentTime: video.currentTime,
    duration: video.duration,
    paused: video.paused,
    ended: video.ended,
    muted: video.muted,
    volume: Math.round(video.volume * 100),
    playbackRate: video.playbackRate,
    loop: video.loop,
    mediaType: 'video',
    playerType: 'org.whatwg-media_element',
  }
}

const CALLS = {
  play: 'Play',
  pause: 'Pause',
  ended: 'End',
  seeking: 'SeekStart',
  seeked: 'SeekEnd',
  waiting: 'BufferStart',
  playing: 'BufferEnd',
}

// One media session. `listen` names the element's events that the site tracks; `tell` makes the player entity.
async function session(label, act, { tell = everything, listen = Object.keys(CALLS), ping = 1 } = {}) {
  const id = crypto.randomUUID()
  const title = { label }
  const player = () => ({ label: title.label, ...tell() })
  const send = (call, fields = {}) => media[`trackMedia${call}`]({ id, player: player(), ...fields })
  const listening = new AbortController()
  for (const name of listen) video.addEventListener(name, () => send(CALLS[name]), { signal: listening.signal })
  media.startMediaTracking({ id, player: player(), session: { startedAt: new Date() }, pings: { pingInterval: ping } })
  const updates = setInterval(() => media.updateMediaTracking({ id, player: player() }), 250)
  see('READY')
  send('Ready')
  await act(send, title)
  clearInterval(updates)
  listening.abort()
  media.endMediaTracking({ id })
}

async function load(source) {
  const metadata = once('loadedmetadata')
  video.src = source
  await metadata
}

// hls.js on a stream that the capture's server makes; `/hls/whole`, `/hls/held`, `/hls/broken` or `/hls/live`.
async function stream(name, settings = {}) {
  const hls = new Hls({ maxBufferLength: 2, maxMaxBufferLength: 2, backBufferLength: 0, ...settings })
  const metadata = once('loadedmetadata')
  hls.loadSource(`/hls/${name}/index.m3u8`)
  hls.attachMedia(video)
  await metadata
  return hls
}

async function seek(to) {
  const done = once('seeked')
  video.currentTime = to
  await done
}

async function play() {
  see('WATCHING_VIDEO')
  await video.play()
}

function pause() {
  see('PAUSED_VIDEO')
  video.pause()
}

async function run(name) {
  newTracker('capture', location.origin, {
    appId: 'players',
    eventMethod: 'post',
    bufferSize: 1,
    contexts: { webPage: true },
    plugins: [media.SnowplowMediaPlugin()],
  })
  setUserId(`viewer-${name}`)
  video.addEventListener('ended', () => see('COMPLETED_VIDEO'))
  await stories[name]()
  const spans = seen.spans.filter(({ from, to }) => to - from > 0.1).map(({ from, to }) => [from, to])
  snowplowBrowserTracking.flushBuffer()
  await wait(0.7)
  return { statuses: seen.statuses, spans }
}
