// What viewers do with a YouTube player under browser-plugin-youtube-tracking 3.2.3. It sends version 1 of the media
// events: no media session, no pings, and `paused` is always false (the plugin looks for "paused" where its own table
// of states says "pause").
const wait = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000))
const statuses = []
const spans = []
const see = (status) => statuses.push([Date.now(), status])

const EVENTS = ['ready', 'play', 'pause', 'ended', 'buffering', 'seek', 'volumechange', 'percentprogress', 'error']

async function player(id, label) {
  snowplowYouTubeTracking.enableYouTubeTracking({ id, options: { label, captureEvents: EVENTS, boundaries: [50], updateRate: 500 } })
  await wait(0.1)
  return StubPlayer.made[id]
}

async function start(video, at = 0) {
  video.become(BUFFERING, at)
  await wait(0.3)
  see('WATCHING_VIDEO')
  video.become(PLAYING)
}

async function watch(video, seconds) {
  const from = video.getCurrentTime()
  await wait(seconds)
  spans.push([from, video.getCurrentTime()])
}

const stories = {
  async youtube_watched() {
    see('READY')
    const video = await player('first', 'Talk A')
    await start(video)
    await watch(video, 2)
    see('BUFFERING_VIDEO')
    video.become(BUFFERING)
    await wait(1.5)
    see('WATCHING_VIDEO')
    video.become(PLAYING)
    await watch(video, 1.5)
    see('PAUSED_VIDEO')
    video.become(PAUSED)
    await wait(0.7)
    video.volume = 40
    await wait(0.8)
    see('WATCHING_VIDEO')
    video.become(PLAYING)
    await watch(video, 1.2)
  },

  async youtube_seek_and_replay() {
    see('READY')
    const video = await player('first', 'Talk A')
    await start(video)
    await watch(video, 1.5)
    see('BUFFERING_VIDEO')
    video.become(BUFFERING, 27)
    await wait(0.8)
    see('WATCHING_VIDEO')
    video.become(PLAYING)
    await watch(video, 3)
    see('COMPLETED_VIDEO')
    video.become(ENDED, 30)
    await wait(1.5)
    see('WATCHING_VIDEO')
    video.become(PLAYING, 0)
    await watch(video, 2)
  },

  // Two videos on one page: nothing but their labels tells them apart.
  async youtube_two_videos() {
    see('READY')
    const first = await player('first', 'Talk A')
    await start(first)
    await watch(first, 2)
    see('PAUSED_VIDEO')
    first.become(PAUSED)
    await wait(0.3)
    see('READY')
    const second = await player('second', 'Talk B')
    await start(second)
    await watch(second, 2)
  },
}

async function run(name) {
  snowplowBrowserTracking.newTracker('capture', location.origin, {
    appId: 'players',
    eventMethod: 'post',
    bufferSize: 1,
    contexts: { webPage: true },
    plugins: [snowplowYouTubeTracking.YouTubeTrackingPlugin()],
  })
  snowplowBrowserTracking.setUserId(`viewer-${name}`)
  await stories[name]()
  await wait(0.7)
  return { statuses, spans }
}
