import { generateKeyPairSync } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider, { type Configuration } from 'oidc-provider'
import type { Test } from 'tap'

/** Contains every character that forms and headers treat specially. */
export const APP_SECRET = 'sp ace+plus%percent&amp=equals:colon/slash"quote'

export interface Oidc {
  readonly issuer: string
  /** The number of calls to the token endpoint, by grant type. */
  readonly grants: Map<string, number>
  /** Whether an access token is currently valid. */
  isGood(token: string): Promise<boolean>
  /** Invalidates an access token before it expires. */
  revoke(token: string): Promise<void>
  /** Statuses that the token endpoint returns before it works again. */
  readonly tokenFailures: number[]
  stop(): void
}

export interface OidcOptions {
  /** Seconds. */
  readonly tokenLife?: number
  readonly deviceFlow?: boolean
  readonly revocation?: boolean
  /** Changes successful responses of the token endpoint. */
  readonly changeTokens?: (answer: TokenAnswer) => TokenAnswer
  /** The token endpoint responds only after this. */
  readonly beforeToken?: () => Promise<unknown>
}

export type TokenAnswer = Readonly<Record<string, unknown>>

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

function configuration({ tokenLife = 600, deviceFlow = true, revocation = true }: OidcOptions): Configuration {
  return {
    clients: [
      {
        client_id: 'app',
        client_secret: APP_SECRET,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        token_endpoint_auth_method: 'client_secret_post',
      },
      {
        client_id: 'cli',
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        redirect_uris: ['http://127.0.0.1/oidc-callback', 'http://localhost/oidc-callback'],
        response_types: ['code'],
        grant_types: ['authorization_code', 'refresh_token', ...(deviceFlow ? [DEVICE_GRANT] : [])],
      },
    ],
    scopes: ['openid', 'offline_access', 'org:manage'],
    cookies: { keys: ['not a secret: this provider lives for one test'] },
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kty: 'RSA', use: 'sig', alg: 'RS256' }] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: deviceFlow },
      revocation: { enabled: revocation },
    },
    ttl: {
      ClientCredentials: tokenLife,
      AccessToken: tokenLife,
      RefreshToken: 600,
      DeviceCode: 600,
      IdToken: 600,
      Grant: 600,
      Interaction: 600,
      Session: 600,
    },
    findAccount: (_, accountId) => ({ accountId, claims: async () => ({ sub: accountId }) }),
    issueRefreshToken: async (_, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  }
}

/** A real OpenID provider on loopback; its user signs in and consents at once. Client `app` has a secret, `cli` has none. */
export async function startOidc(t: Test, options: OidcOptions = {}): Promise<Oidc> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const stop = (): void => {
    server.closeAllConnections()
    server.close()
  }
  t.teardown(stop)
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = new Provider(issuer, configuration(options))
  const grants = new Map<string, number>()
  provider.on('grant.success', ctx => {
    const type = String(ctx.oidc.params?.grant_type)
    grants.set(type, (grants.get(type) ?? 0) + 1)
  })
  const tokenFailures: number[] = []
  const handle = provider.callback()
  server.on('request', (request, response) => {
    const failure = request.url === '/token' ? tokenFailures.shift() : undefined
    if (failure !== undefined) response.writeHead(failure).end('failing on purpose')
    else if (request.url?.startsWith('/interaction/')) void consent(provider, request, response)
    else {
      if (request.url === '/token' && options.changeTokens) changeAnswer(response, options.changeTokens)
      const before = request.url === '/token' ? options.beforeToken?.() : undefined
      if (before === undefined) handle(request, response)
      else void before.then(() => handle(request, response))
    }
  })
  const find = async (token: string) =>
    (await provider.ClientCredentials.find(token)) ?? (await provider.AccessToken.find(token))
  return {
    issuer,
    grants,
    tokenFailures,
    stop,
    isGood: async token => (await find(token)) !== undefined,
    revoke: async token => (await find(token))?.destroy(),
  }
}

function changeAnswer(response: ServerResponse, change: (answer: TokenAnswer) => TokenAnswer): void {
  const end: (body: string) => ServerResponse = response.end.bind(response)
  const changed = (body: unknown): ServerResponse => {
    if (response.statusCode !== 200) return end(String(body))
    const text = JSON.stringify(change(JSON.parse(String(body))))
    response.setHeader('content-length', Buffer.byteLength(text))
    return end(text)
  }
  Object.assign(response, { end: changed })
}

async function consent(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { prompt, params, session } = await provider.interactionDetails(request, response)
  if (prompt.name === 'login') {
    await provider.interactionFinished(request, response, { login: { accountId: 'alice' } })
    return
  }
  const grant = new provider.Grant({ accountId: session?.accountId ?? '', clientId: String(params.client_id) })
  grant.addOIDCScope(String(params.scope))
  await provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } })
}

/** A minimal browser: cookies, redirects, and forms of hidden fields, submitted with consent. Returns the last page. */
export async function browse(
  address: URL | string,
  signal: AbortSignal | null = null,
): Promise<{ url: URL; status: number; text: string }> {
  const cookies = new Map<string, string>()
  let url = new URL(address)
  let form: URLSearchParams | null = null
  for (let step = 0; step < 20; step++) {
    const response: Response = await fetch(url, {
      redirect: 'manual',
      signal,
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form === null ? {} : { method: 'POST', body: form }),
    })
    for (const line of response.headers.getSetCookie()) keep(cookies, line)
    const text = await response.text()
    const location = response.headers.get('location')
    form = location === null && response.ok ? formIn(text) : null
    if (location === null && form === null) return { url, status: response.status, text }
    url = new URL(location ?? /action="([^"]+)"/.exec(text)?.[1] ?? url.href, url)
  }
  throw new Error('the browser goes round in circles')
}

function keep(cookies: Map<string, string>, line: string): void {
  const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
  if (value === '') cookies.delete(name)
  else cookies.set(name, value)
}

function formIn(html: string): URLSearchParams | null {
  if (!html.includes('<form')) return null
  const fields = [...html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)]
  return new URLSearchParams([
    ...fields.map(([, name = '', value = '']): [string, string] => [name, value]),
    ['confirm', 'yes'],
  ])
}
