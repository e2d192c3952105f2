import type { SignInConfig } from '../page-config'
import type { TokenSource } from './client'

export interface SignIn extends TokenSource {
  /** Leaves for the issuer's page; comes back to the same view. */
  begin(): Promise<void>
  end(): Promise<void>
}

/**
 * Cognito's /logout isn't OpenID Connect's: it takes the address to come back to as `logout_uri` beside `client_id`, and
 * neither `post_logout_redirect_uri` nor a token.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/logout-endpoint.html
 */
function isCognito(authority: string): boolean {
  return /^cognito-idp\.[^.]+\.amazonaws\.com(\.cn)?$/.test(new URL(authority).hostname)
}

/**
 * OIDC authorization code with PKCE. The library is loaded only where sign-in is configured. Tokens stay in
 * sessionStorage: they end with the tab, and nothing of them is in an address or a log.
 */
export async function startSignIn(config: SignInConfig): Promise<SignIn> {
  const { UserManager, WebStorageStateStore } = await import('oidc-client-ts')
  const page = location.origin + location.pathname
  const cognito = isCognito(config.authority)
  const manager = new UserManager({
    authority: config.authority,
    client_id: config.clientId,
    redirect_uri: page,
    ...(cognito ? {} : { post_logout_redirect_uri: page }),
    response_type: 'code',
    scope: config.scope,
    userStore: new WebStorageStateStore({ store: sessionStorage }),
    stateStore: new WebStorageStateStore({ store: sessionStorage }),
    automaticSilentRenew: false,
    monitorSession: false,
  })
  const given = new URLSearchParams(location.search)
  if (given.has('code') && given.has('state')) {
    const view = await manager.signinRedirectCallback().then(
      (user) => (typeof user.state === 'string' ? user.state : ''),
      () => '',
    )
    history.replaceState(null, '', location.pathname + view)
  } else if (given.has('error') && given.has('state')) {
    history.replaceState(null, '', location.pathname)
  }
  return {
    token: async () => {
      const user = await manager.getUser()
      return user === null || user.expired ? null : user.access_token
    },
    // A refresh token where the issuer gave one; without one there is nothing to renew by.
    renew: async () => {
      const user = await manager.getUser()
      if (user?.refresh_token === undefined) return null
      return manager.signinSilent().then(
        (renewed) => renewed?.access_token ?? null,
        () => null,
      )
    },
    begin: () => manager.signinRedirect({ state: location.search }),
    end: async () => {
      // Elsewhere the library sends the ID token as the hint of who leaves, and forgets the tokens by itself.
      if (cognito) await manager.removeUser()
      const back = cognito ? { extraQueryParams: { client_id: config.clientId, logout_uri: page } } : {}
      await manager.signoutRedirect(back).catch(async () => {
        await manager.removeUser()
        location.reload()
      })
    },
  }
}
