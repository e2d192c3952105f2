import { render } from 'preact'
import '../base.css'
import { ApiClient, NO_TOKENS } from '../api/client'
import { type SignIn, startSignIn } from '../api/sign-in'
import { loadPageConfig } from '../page-config'
import { startClock } from './clock'
import { LiveData } from './data/live-data'
import { LivePage } from './live-page'
import { Screen } from './screen'
import { BrokenPage } from './states'
import { followAddress, view } from './view'

async function start(root: HTMLElement): Promise<void> {
  try {
    const config = await loadPageConfig()
    let signIn: SignIn | null = null
    if (config.auth !== null) signIn = await startSignIn(config.auth)
    followAddress()
    const client = new ApiClient(config.apiUrl, signIn ?? NO_TOKENS)
    const signedIn = signIn === null || (await signIn.token()) !== null || (await signIn.renew()) !== null
    const data = new LiveData(client, config.socketUrl)
    startClock()
    data.want(view.value)
    if (signedIn) data.start()
    const signedOut = () =>
      signIn !== null && (!signedIn || data.polling.failure.value?.kind === 'signed-out')
    const screen = new Screen(data, signedOut)
    render(<LivePage config={config} client={client} data={data} screen={screen} signIn={signIn} />, root)
  } catch (error) {
    render(<BrokenPage message={error instanceof Error ? error.message : String(error)} />, root)
  }
}

const root = document.getElementById('page')
if (root !== null) void start(root)
