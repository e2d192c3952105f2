/** What the deployment writes as `config.json` beside the pages. */
export interface SignInConfig {
  authority: string
  clientId: string
  scope: string
}

/** A dimension of the stage: what viewers are told apart by. */
export interface DimensionConfig {
  name: string
  /** Any text is a value of it; else the values are listed, and the rest is `other`. */
  open: boolean
}

export interface PageConfig {
  /** Base of the HTTP API, without a slash at the end. */
  apiUrl: string
  /** wss:// address of the push socket; null where there is none: the page polls. */
  socketUrl: string | null
  /** OIDC sign-in; null on a local stage. */
  auth: SignInConfig | null
  collectorUrl: string | null
  videoPageUrl: string
  livePageUrl: string
  dimensions: DimensionConfig[]
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim().replace(/\/+$/, '') : null
}

/** Reads a parsed config.json; throws an Error that a person can act on. */
export function readPageConfig(raw: unknown): PageConfig {
  if (typeof raw !== 'object' || raw === null) throw new Error('config.json is not a JSON object')
  const fields = raw as Record<string, unknown>
  const apiUrl = text(fields.apiUrl)
  if (apiUrl === null) throw new Error('config.json has no apiUrl')
  let auth: SignInConfig | null = null
  if (typeof fields.auth === 'object' && fields.auth !== null) {
    const given = fields.auth as Record<string, unknown>
    const authority = text(given.authority)
    const clientId = text(given.clientId)
    if (authority === null || clientId === null)
      throw new Error('config.json: auth needs authority and clientId')
    auth = { authority, clientId, scope: text(given.scope) ?? 'openid' }
  }
  return {
    apiUrl,
    socketUrl: text(fields.socketUrl),
    auth,
    collectorUrl: text(fields.collectorUrl),
    videoPageUrl: text(fields.videoPageUrl) ?? 'video.html',
    livePageUrl: text(fields.livePageUrl) ?? 'index.html',
    dimensions: (Array.isArray(fields.dimensions) ? fields.dimensions : []).flatMap((each) => {
      const name = text(each?.name)
      return name === null ? [] : [{ name, open: each.open === true }]
    }),
  }
}

export async function loadPageConfig(): Promise<PageConfig> {
  const response = await fetch('config.json', { cache: 'no-cache' })
  if (!response.ok) throw new Error(`config.json answered ${response.status}`)
  return readPageConfig(await response.json())
}
