// A stand-in for YouTube's IFrame API (https://developers.google.com/youtube/iframe_api_reference): the states that a
// player goes through and the time that passes in it, without the video.
const UNSTARTED = -1
const ENDED = 0
const PLAYING = 1
const PAUSED = 2
const BUFFERING = 3

class StubPlayer {
  constructor(id, { events }) {
    this.id = id
    this.events = events
    this.state = UNSTARTED
    this.volume = 100
    this.at = 0
    this.since = Date.now()
    StubPlayer.made[id] = this
    setTimeout(() => events.onReady?.({ target: this }), 50)
  }

  become(state, at = this.getCurrentTime()) {
    this.at = at
    this.since = Date.now()
    this.state = state
    this.events.onStateChange?.({ target: this, data: state })
  }

  getCurrentTime() {
    return this.state === PLAYING ? this.at + (Date.now() - this.since) / 1000 : this.at
  }

  getPlayerState = () => this.state
  getDuration = () => 30
  getVolume = () => this.volume
  isMuted = () => false
  getPlaybackRate = () => 1
  getAvailablePlaybackRates = () => [0.5, 1, 2]
  getPlaybackQuality = () => 'hd720'
  getAvailableQualityLevels = () => ['hd720', 'large']
  getVideoLoadedFraction = () => 0.5
  getVideoUrl = () => `https://www.youtube.com/watch?v=${this.id}`
  getIframe = () => document.getElementById(this.id)
  getSphericalProperties = () => ({})
  getPlaylistIndex = () => -1
  getPlaylist = () => null
}
StubPlayer.made = {}

window.YT = { Player: StubPlayer }
