import { render } from 'preact'
import '../base.css'
import { loadPageConfig, type PageConfig } from '../page-config'
import { VideoPage } from './video-page'

/** Without config.json the video page still works: the collector can be given in the address or typed in. */
const NO_CONFIG: PageConfig = {
  apiUrl: '',
  socketUrl: null,
  auth: null,
  collectorUrl: null,
  videoPageUrl: 'video.html',
  livePageUrl: 'index.html',
  dimensions: [],
}

const root = document.getElementById('page')
if (root !== null) {
  const config = await loadPageConfig().catch(() => NO_CONFIG)
  render(<VideoPage config={config} />, root)
}
