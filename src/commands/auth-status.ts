import { createClient } from '../api/client.js'
import type { CredentialDescription, CredentialSource } from '../auth/credential-source.js'
import { chooseCredentials, findLogin } from '../auth/credentials.js'
import type { CommonFlags } from '../cli/flags.js'
import type { Io } from '../cli/io.js'
import { widthOf } from '../cli/style-for.js'
import { parseAddress } from '../http/address.js'
import { ApiError } from '../model/api-error.js'
import { EXIT, type ExitCode } from '../model/error.js'
import { canonicalApiUrl } from '../model/text.js'
import { escapeTerminal } from '../render/escape/terminal.js'
import { jsonText } from '../render/json-text.js'
import { wrapText } from '../render/text/width.js'
import { limitsOf, wireOf } from './shared/wire-options.js'

/**
 * | status | the API |
 * | --- | --- |
 * | works | answered |
 * | refused | answered 401: the credential is invalid |
 * | forbidden | answered 403: the credential is valid, but lacks the scope org:manage |
 * | unreachable | did not answer |
 * | failed | answered something else |
 * | unusable | was not asked: there is no credential, or it yielded no token |
 */
type CredentialStatus = 'works' | 'refused' | 'forbidden' | 'unreachable' | 'failed' | 'unusable'

interface CredentialCheck {
  readonly status: CredentialStatus
  readonly message: string
  readonly advice: string | null
}

type Wire = ReturnType<typeof interruptibleWire>

const interruptibleWire = (flags: CommonFlags, io: Io) => ({
  ...wireOf(flags, io),
  ...limitsOf(flags),
  signal: io.interrupt,
})

/** Shows which credential is used and why, and whether the API accepts it, with one cheap call that changes nothing. */
export async function authStatus(flags: CommonFlags, io: Io): Promise<ExitCode> {
  const wire = interruptibleWire(flags, io)
  const chosen = await attempt(() => chooseCredentials(io.env, wire))
  const check = chosen instanceof ApiError ? failed(chosen) : await ask(chosen, wire)
  const credential = chosen instanceof ApiError ? null : await description(chosen, wire, io)
  const address = shown(wire)
  io.out(
    flags.format === 'json'
      ? `${jsonText(document(address, check, credential))}\n`
      : wrapText(text(address, check, credential), widthOf(io), 12),
  )
  return check.status === 'works' ? EXIT.done : EXIT.error
}

/** A rejected address is not echoed: it may contain a password. */
function shown({ apiUrl, allowInsecureHttp }: Wire): string {
  try {
    return canonicalApiUrl(parseAddress(apiUrl, '--api-url', allowInsecureHttp))
  } catch {
    return '(not usable)'
  }
}

async function attempt<T>(action: () => Promise<T>): Promise<T | ApiError> {
  try {
    return await action()
  } catch (error) {
    if (error instanceof ApiError) return error
    throw error
  }
}

async function ask(credentials: CredentialSource, wire: Wire): Promise<CredentialCheck> {
  const outcome = await attempt(async () => {
    const client = createClient({ ...wire, credentials })
    try {
      for await (const _ of client.list('P'));
    } finally {
      client.close()
    }
  })
  return outcome instanceof ApiError
    ? failed(outcome)
    : { status: 'works', message: 'The API accepts the credential', advice: null }
}

function failed(error: ApiError): CredentialCheck {
  // Other commands' advice refers to `auth status`; this is `auth status`.
  const advice = error.advice?.replace(/ `guestlist auth status` says which are used\./, '') ?? null
  return { status: statusOf(error), message: error.message, advice }
}

function statusOf({ kind, status }: ApiError): CredentialStatus {
  if (status === 401) return 'refused'
  if (status === 403) return 'forbidden'
  if (kind === 'credentials') return 'unusable'
  return ['not-sent', 'network', 'timeout'].includes(kind) ? 'unreachable' : 'failed'
}

/** Includes a login that the environment variables shadow. */
async function description(chosen: CredentialSource, wire: Wire, io: Io): Promise<CredentialDescription> {
  const own = chosen.describe()
  if (chosen.name === 'login') return own
  const found = await attempt(() => findLogin(io.env, wire))
  if (found instanceof ApiError || found.login === null) return own
  const { login } = found
  return { ...own, shadowed: [...own.shadowed, `the login of client ${login.clientId} at ${login.issuer}`] }
}

const document = (apiUrl: string, check: CredentialCheck, credential: CredentialDescription | null) => ({
  api_url: apiUrl,
  ok: check.status === 'works',
  ...check,
  credential: credential && {
    source: credential.source,
    from: credential.from,
    not_used: credential.shadowed,
    expires_at: credential.expiresAt,
  },
})

const ORDER = 'access token, API key, client credentials, login: the first that is set is used'

function text(apiUrl: string, check: CredentialCheck, credential: CredentialDescription | null): string {
  const rows: [string, string][] = [['API', apiUrl]]
  if (credential !== null) {
    rows.push(['Credential', `${credential.source} (${credential.from})`], ['Why', ORDER])
    if (credential.shadowed.length > 0) rows.push(['Not used', credential.shadowed.join(', ')])
    if (credential.expiresAt !== null) rows.push(['Ends', credential.expiresAt])
  }
  rows.push(['Status', `${check.status}: ${check.message}`])
  const lines = rows.map(([name, value]) => `${`${name}:`.padEnd(12)}${escapeTerminal(value)}`)
  const advice = check.advice === null ? [] : ['', ...check.advice.split('\n').map(escapeTerminal)]
  return `${[...lines, ...advice].join('\n')}\n`
}
