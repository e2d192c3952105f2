// What viewers do, and what goes wrong. Each story is one golden file; README.md has them in words.
const CLIP = '/clip.webm'

// A client-side ad: the site pauses the content and plays something else over it.
async function adOverTheContent(send, { seconds = 2, ends = true, entities = true, id = 'ad-1' } = {}) {
  const adBreak = { breakId: `break-${id}`, name: 'mid-roll', breakType: 'linear' }
  video.pause()
  see('WATCHING_AD')
  send('AdBreakStart', entities ? { adBreak } : {})
  send('AdStart', entities ? { ad: { adId: id, name: 'Tea', duration: seconds } } : {})
  await wait(seconds / 2)
  send('AdMidpoint')
  await wait(seconds / 2)
  send('AdComplete')
  await wait(0.1)
  if (ends) send('AdBreakEnd')
}

const stories = {
  async replay_ended_stays() {
    await load(CLIP)
    const unaware = () => ({ currentTime: video.currentTime, duration: video.duration, paused: video.paused })
    await session('Train north', async () => {
      await play()
      await wait(1.5)
      await seek(video.duration - 1)
      await once('ended')
      await wait(1.5)
      await play()
      await wait(2.5)
      pause()
      await wait(1.5)
      await play()
      await wait(1.2)
    }, { tell: unaware })
  },

  async loop() {
    await load(CLIP)
    await session('Train north', async () => {
      video.loop = true
      await play()
      await seek(video.duration - 1)
      await wait(4)
      pause()
      await wait(0.3)
    })
  },

  async seeks() {
    await load(CLIP)
    await session('Train north', async () => {
      await play()
      await wait(1.5)
      await seek(20)
      await wait(1.5)
      pause()
      await wait(0.5)
      await seek(5)
      await wait(1.5)
      await play()
      await wait(1.5)
    })
  },

  async resume_before_play() {
    await load(CLIP)
    await session('Train north', async (send) => {
      await wait(0.3)
      await seek(12)
      send('VolumeChange', { newVolume: 40 })
      await wait(2.2)
      await play()
      await wait(1.5)
    })
  },

  async ready_and_away() {
    await load(CLIP)
    await session('Train north', () => wait(2.5))
  },

  async hls_stall() {
    const hls = await stream('held')
    await session('Square', async () => {
      await play()
      await wait(1)
      await once('waiting')
      await wait(2.5)
      fetch('/hls/held/release')
      await once('playing')
      await wait(2)
      pause()
      await wait(0.4)
    })
    hls.destroy()
  },

  async hls_stall_without_end() {
    const hls = await stream('held')
    await session('Square', async () => {
      await play()
      await wait(1)
      await once('waiting')
      await wait(2)
      fetch('/hls/held/release')
      await once('playing')
      await wait(2.5)
    }, { listen: ['play', 'pause', 'ended', 'waiting'] })
    hls.destroy()
  },

  async hls_error() {
    const hls = await stream('broken', { fragLoadPolicy: { default: { maxTimeToFirstByteMs: 500, maxLoadTimeMs: 500, timeoutRetry: null, errorRetry: null } } })
    await session('Square', async (send) => {
      hls.on(Hls.Events.ERROR, (_, { fatal, type, details }) => {
        if (!fatal) return
        video.pause() // as sites do, that show their own message then
        see('FAILED_VIDEO')
        send('Error', { errorCode: type, errorName: details })
      })
      await play()
      await wait(6)
    }, { listen: ['play', 'pause', 'ended', 'seeking', 'seeked'] })
    hls.destroy()
  },

  async hls_live() {
    const hls = await stream('live', { liveDurationInfinity: true })
    const live = () => ({ ...everything(), livestream: hls.latestLevelDetails?.live ?? true })
    await session('Channel one', async () => {
      await play()
      await wait(4)
      pause()
      await wait(1.4)
      await play()
      await wait(2)
    }, { tell: live })
    hls.destroy()
  },

  // A site that takes the length of the window for the duration.
  // The same, but the site leaves the player alone: it plays what it has, and then stands.
  async hls_error_with_a_full_buffer() {
    const hls = await stream('broken', { fragLoadPolicy: { default: { maxTimeToFirstByteMs: 500, maxLoadTimeMs: 500, timeoutRetry: null, errorRetry: null } } })
    await session('Square', async (send) => {
      hls.on(Hls.Events.ERROR, (_, { fatal, type, details }) => fatal && send('Error', { errorCode: type, errorName: details }))
      await play()
      await wait(1)
      await once('waiting')
      see('FAILED_VIDEO')
      await wait(3)
    }, { listen: ['play', 'pause', 'ended', 'seeking', 'seeked'] })
    hls.destroy()
  },

  async hls_live_as_a_window() {
    const hls = await stream('live')
    const window = () => ({ ...everything(), duration: hls.latestLevelDetails?.totalduration ?? 0 })
    await session('Channel one', async () => {
      await play()
      await wait(13)
    }, { tell: window })
    hls.destroy()
  },

  async live_with_duration_0() {
    const hls = await stream('live', { liveDurationInfinity: true })
    const zero = () => ({ ...everything(), duration: 0, livestream: true })
    await session('Channel one', async () => {
      await play()
      await wait(5)
    }, { tell: zero })
    hls.destroy()
  },

  async ad_break_never_ends() {
    await load(CLIP)
    await session('Train north', async (send) => {
      await play()
      await wait(1)
      await adOverTheContent(send, { ends: false })
      await play()
      await wait(14)
      pause()
      await wait(0.3)
    })
  },

  async preroll() {
    await load(CLIP)
    await session('Train north', async (send) => {
      await wait(0.5)
      await adOverTheContent(send, { seconds: 3 })
      await play()
      await wait(1.5)
      pause()
      await wait(1.2)
    })
  },

  async ads_without_entities() {
    await load(CLIP)
    await session('Train north', async (send) => {
      await play()
      await wait(1.2)
      await adOverTheContent(send, { entities: false })
      await play()
      await wait(1.2)
    })
  },

  async postroll() {
    await load(CLIP)
    await session('Train north', async (send) => {
      await play()
      await seek(video.duration - 1)
      await once('ended')
      await wait(0.2)
      await adOverTheContent(send)
      see('COMPLETED_VIDEO')
      await wait(1.2)
    })
  },

  // Ads that the server put into the stream: the playhead of the content runs on through them.
  async ads_in_the_stream() {
    await load(CLIP)
    await session('Train north', async (send) => {
      await play()
      await wait(1.2)
      see('WATCHING_AD')
      send('AdBreakStart', { adBreak: { breakId: 'pod-1', breakType: 'linear', podSize: 2 } })
      for (const adId of ['ad-1', 'ad-2']) {
        send('AdStart', { ad: { adId, duration: 2 } })
        await wait(2)
        send('AdComplete')
      }
      await wait(0.02)
      see('WATCHING_VIDEO')
      send('AdBreakEnd')
      await wait(1.2)
    })
  },

  async playlist() {
    await load(CLIP)
    await session('Episode 1', async (send, title) => {
      await play()
      await wait(1.2)
      await seek(video.duration - 0.6)
      await once('ended')
      await wait(0.3)
      title.label = 'Episode 2'
      await load('/clip-2.webm')
      await play()
      await wait(2.2)
    })
  },
}
