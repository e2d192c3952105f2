// What a viewer does, on a real <video> with the real tracker. Each scenario is one golden file.
const { newTracker, setUserId, trackPageView } = snowplowBrowserTracking
const media = snowplowMedia
const video = document.querySelector('video')

const wait = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000))
const event = (name) => new Promise((done) => video.addEventListener(name, done, { once: true }))

function player(label) {
  return {
    label,
    currentTime: video.currentTime,
    duration: video.duration,
    paused: video.paused,
    ended: video.ended,
    muted: video.muted,
    volume: Math.round(video.volume * 100),
    playbackRate: video.playbackRate,
    loop: video.loop,
    livestream: false,
    fullscreen: false,
    pictureInPicture: false,
    quality: `${video.videoHeight}p`,
    mediaType: 'video',
    playerType: 'org.whatwg-media_element',
  }
}

// One media session of one player; `session(id, ...)` binds the element's events to the tracker's calls.
async function session(id, act, { pings = { pingInterval: 1 }, boundaries, label = 'Train north', own = [] } = {}) {
  if (video.readyState < 1) await event('loadedmetadata')
  const send = (call, fields = {}) => media[`trackMedia${call}`]({ id, player: player(label), ...fields })
  const listening = new AbortController()
  const on = (name, call, fields) =>
    video.addEventListener(name, () => send(call, fields?.()), { signal: listening.signal })
  media.startMediaTracking({ id, player: player(label), session: { startedAt: new Date() }, pings, boundaries, context: own })
  on('play', 'Play')
  on('pause', 'Pause')
  on('ended', 'End')
  on('seeking', 'SeekStart')
  on('seeked', 'SeekEnd')
  on('ratechange', 'PlaybackRateChange', () => ({ newRate: video.playbackRate }))
  on('volumechange', 'VolumeChange', () => ({ newVolume: Math.round(video.volume * 100) }))
  const updates = setInterval(() => media.updateMediaTracking({ id, player: player(label) }), 250)
  send('Ready')
  await act(send)
  clearInterval(updates)
  listening.abort()
  media.endMediaTracking({ id })
  await wait(0.5)
}

async function seek(to) {
  const done = event('seeked')
  video.currentTime = to
  await done
}

function track(collector, options = {}) {
  newTracker('capture', collector, {
    appId: 'capture',
    eventMethod: 'post',
    bufferSize: 3,
    contexts: { webPage: true },
    plugins: [media.SnowplowMediaPlugin()],
    ...options,
  })
}

const scenarios = {
  // Every media event that isn't an ad's, and an event of the site's own.
  async signed_in() {
    track(location.origin)
    setUserId('viewer-1@example.com')
    trackPageView()
    await session('5f0e7c52-6a44-4c0f-9d5c-0f5f2a6f1a01', async (send) => {
      await video.play()
      await wait(2.2)
      video.volume = 0.5
      video.playbackRate = 2
      await wait(1)
      send('FullscreenChange', { fullscreen: true })
      send('PictureInPictureChange', { pictureInPicture: true })
      send('QualityChange', { previousQuality: '720p', newQuality: '360p', bitrate: 650000, framesPerSecond: 12, automatic: true })
      media.trackMediaSelfDescribingEvent({
        id: '5f0e7c52-6a44-4c0f-9d5c-0f5f2a6f1a01',
        event: { schema: 'iglu:com.example/reaction/jsonschema/1-0-0', data: { emoji: '👍' } },
      })
      await wait(0.5)
      video.pause()
      await wait(1.5)
      await seek(video.duration - 1)
      await video.play()
      await event('ended')
      await wait(0.5)
    }, { boundaries: [10, 25, 50, 75, 90] })
  },

  // No ids in the browser: the collector's cookie is what is left.
  async anonymous() {
    track(location.origin, { anonymousTracking: { withSessionTracking: true } })
    await session('5f0e7c52-6a44-4c0f-9d5c-0f5f2a6f1a02', async () => {
      await video.play()
      await wait(2.2)
      video.pause()
      await wait(0.3)
    })
  },

  // Not even the cookie: nobody to keep a profile for.
  async server_anonymous() {
    track(location.origin, { anonymousTracking: { withServerAnonymisation: true } })
    await session('5f0e7c52-6a44-4c0f-9d5c-0f5f2a6f1a03', async () => {
      await video.play()
      await wait(1.2)
      video.pause()
      await wait(0.3)
    })
  },

  async login_in_mid_play() {
    track(location.origin)
    await session('5f0e7c52-6a44-4c0f-9d5c-0f5f2a6f1a04', async () => {
      await video.play()
      await wait(1.7)
      setUserId('viewer-4')
      await wait(1.7)
      video.pause()
      await wait(0.3)
    })
  },

  async ad_breaks() {
    track(location.origin)
    setUserId('viewer-5')
    await session('5f0e7c52-6a44-4c0f-9d5c-0f5f2a6f1a05', async (send) => {
      await video.play()
      await wait(1.2)
      video.pause() // a client-side ad takes the player
      await wait(0.1)
      send('AdBreakStart', { adBreak: { breakId: 'break-1', name: 'mid-roll', breakType: 'linear', podSize: 2 } })
      send('AdStart', { ad: { adId: 'ad-1', name: 'Tea', creativeId: 'tea-15', duration: 2, skippable: true } })
      await wait(0.5)
      send('AdFirstQuartile')
      send('AdPause', { percentProgress: 30 })
      await wait(0.3)
      send('AdResume', { percentProgress: 30 })
      send('AdMidpoint')
      await wait(0.5)
      send('AdThirdQuartile')
      await wait(0.5)
      send('AdComplete')
      send('AdStart', { ad: { adId: 'ad-2', name: 'Bicycles', duration: 4, skippable: true } })
      await wait(1)
      send('AdClick', { percentProgress: 25 })
      send('AdSkip', { percentProgress: 26 })
      send('AdBreakEnd')
      await video.play()
      await wait(1)
      send('AdBreakStart', { adBreak: { breakId: 'break-2', breakType: 'nonlinear' } }) // a banner over the picture
      send('AdStart', { ad: { adId: 'ad-3' } })
      await wait(1)
      send('AdComplete')
      send('AdBreakEnd')
      send('AdBreakStart', { adBreak: { breakId: 'break-3', breakType: 'companion' } })
      await wait(1)
      send('AdBreakEnd')
      send('AdStart', { ad: { adId: 'ad-4', name: 'Outside a break' } })
      await wait(1)
      send('AdComplete')
      await wait(1)
      video.pause()
      await wait(0.3)
    })
  },

  async seeks_and_buffering() {
    track(location.origin)
    setUserId('viewer-6')
    await session('5f0e7c52-6a44-4c0f-9d5c-0f5f2a6f1a06', async (send) => {
      await video.play()
      await wait(1.2)
      video.currentTime = 20
      video.currentTime = 40 // dragged: two seeks that the tracker makes one
      await event('seeked')
      await wait(1.2)
      send('BufferStart')
      video.playbackRate = 0
      await wait(2)
      video.playbackRate = 1
      send('BufferEnd')
      await wait(1.2)
      await seek(5)
      await wait(1.2)
      video.pause()
      await wait(0.3)
    })
  },

  async errors() {
    track(location.origin)
    setUserId('viewer-7')
    await session('5f0e7c52-6a44-4c0f-9d5c-0f5f2a6f1a07', async (send) => {
      await video.play()
      await wait(1.2)
      video.pause()
      send('Error', { errorCode: '2', errorName: 'MEDIA_ERR_NETWORK', errorDescription: 'segment 7: 503\ttwice' })
      await wait(1.2)
      await video.play()
      await wait(1.7)
      send('Error', { errorCode: '3', errorName: 'MEDIA_ERR_DECODE' })
      await wait(0.3)
    })
  },

  async without_pings() {
    track(location.origin)
    setUserId('viewer-8')
    await session('5f0e7c52-6a44-4c0f-9d5c-0f5f2a6f1a08', async () => {
      await video.play()
      await wait(2)
      video.pause()
      await wait(0.3)
    }, { pings: false })
  },

  // A site that takes the title's id for the media session id: the second viewing goes on in the first one's session.
  async reused_session_id() {
    track(location.origin)
    setUserId('viewer-9')
    for (const label of ['Train north', 'Train north (again)']) {
      await session('title-42', async () => {
        await seek(0)
        await video.play()
        await wait(1.2)
        await seek(video.duration - 0.5)
        await event('ended')
        await wait(0.3)
      }, { label })
    }
  },
}

async function run(name) {
  await scenarios[name]()
  await wait(6) // held-back kinds (seek, volume) wait up to 5 s for another event
  snowplowBrowserTracking.flushBuffer()
  await wait(1)
}
