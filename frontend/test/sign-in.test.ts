import { afterEach, describe, expect, it, vi } from 'vitest'
import { startSignIn } from '../src/api/sign-in'

const PAGE = 'https://viewers.example/index.html'
const COGNITO = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc'
const ISSUER = 'https://issuer.example'

class Kept {
  #items = new Map<string, string>()
  get length() {
    return this.#items.size
  }
  key = (at: number) => [...this.#items.keys()][at] ?? null
  getItem = (name: string) => this.#items.get(name) ?? null
  setItem = (name: string, value: string) => void this.#items.set(name, value)
  removeItem = (name: string) => void this.#items.delete(name)
}

/** Signs out of the page as somebody whom the issuer signed in; the address that the browser is sent to. */
async function signOut(authority: string, ending: object): Promise<{ to: URL | null; left: number }> {
  const left = vi.fn()
  const reload = vi.fn()
  const here = { origin: 'https://viewers.example', pathname: '/index.html', search: '', href: PAGE }
  const location = { ...here, assign: left, reload }
  const window = { location, addEventListener: () => {}, removeEventListener: () => {} }
  const sessionStorage = new Kept()
  const user = {
    access_token: 'a1',
    id_token: 'i1',
    token_type: 'Bearer',
    scope: 'openid',
    profile: { sub: 'r' },
  }
  sessionStorage.setItem(`oidc.user:${authority}:page`, JSON.stringify(user))
  for (const [name, value] of Object.entries({
    location,
    sessionStorage,
    window: { ...window, self: window },
  }))
    vi.stubGlobal(name, value)
  const metadata = { issuer: authority, authorization_endpoint: `${authority}/authorize`, ...ending }
  vi.stubGlobal('fetch', async () => Response.json(metadata))
  const signIn = await startSignIn({ authority, clientId: 'page', scope: 'openid' })
  expect(await signIn.token()).toBe('a1')
  void signIn.end()
  const gone = () => expect(left.mock.calls.length + reload.mock.calls.length).toBe(1)
  await vi.waitFor(gone, { timeout: 30_000 })
  const to = left.mock.calls[0]?.[0] as string | undefined
  return { to: to === undefined ? null : new URL(to), left: sessionStorage.length }
}

describe('signing out', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('tells Cognito the client and where to come back to, in its own words', async () => {
    const { to, left } = await signOut(COGNITO, {
      end_session_endpoint: 'https://live.auth.eu-west-1.amazoncognito.com/logout',
    })
    expect(to?.origin + (to?.pathname ?? '')).toBe('https://live.auth.eu-west-1.amazoncognito.com/logout')
    expect([...(to?.searchParams ?? [])]).toEqual([
      ['client_id', 'page'],
      ['logout_uri', PAGE],
    ])
    expect(left).toBe(0)
  })

  it('tells any other issuer what OpenID Connect says', async () => {
    const { to, left } = await signOut(ISSUER, { end_session_endpoint: `${ISSUER}/end` })
    expect([...(to?.searchParams ?? [])]).toEqual([
      ['id_token_hint', 'i1'],
      ['post_logout_redirect_uri', PAGE],
    ])
    expect(left).toBe(0)
  })

  it('forgets the tokens where the issuer has no page for it', async () => {
    expect(await signOut(ISSUER, {})).toEqual({ to: null, left: 0 })
  })
})
