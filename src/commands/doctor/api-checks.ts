import type { CredentialSource } from '../../auth/credential-source.js'
import { chooseCredentials } from '../../auth/credentials.js'
import { jwtScopes } from '../../auth/jwt.js'
import type { CommonFlags } from '../../cli/flags.js'
import type { Io } from '../../cli/io.js'
import { parseAddress } from '../../http/address.js'
import { proxyFor } from '../../http/proxy.js'
import type { Secret } from '../../http/secret.js'
import { createTransport, type HttpResponse } from '../../http/transport.js'
import type { Invitation, Status } from '../../model/invitation.js'
import type { KeycloakConfig } from '../../model/manifest.js'
import { canonicalApiUrl, durationText, plural } from '../../model/text.js'
import { IdSet } from '../../reconcile/id-set.js'
import { WHY_UNREAD } from '../../render/text/words.js'
import { type Connection, openKeycloak } from '../shared/connect.js'
import { wireOf } from '../shared/wire-options.js'
import { type CheckFinding, type CheckFound, failed, ok, warning } from './create-checks.js'

export interface UsableCredential {
  readonly source: CredentialSource
  /** The value of the Authorization header. */
  readonly header: Secret
}

/** A credential that expires within this time may expire during an apply. */
const SOON_MS = 10 * 60_000

/** Fetches or refreshes a token if necessary, as every command does. */
export async function checkCredential(flags: CommonFlags, io: Io): Promise<CheckFound<UsableCredential>> {
  const source = await chooseCredentials(io.env, { ...wireOf(flags, io), signal: io.interrupt })
  const header = await source.authorization()
  const { from, shadowed, expiresAt } = source.describe()
  const others = shadowed.length === 0 ? '' : `; not used: ${shadowed.join(', ')}`
  const what = `${source.name} (${from})`
  if (expiresAt === null) return { ...ok(`${what}${others}`), value: { source, header } }
  const left = Date.parse(expiresAt) - Date.now()
  if (left <= 0) return failed(`${what} ended at ${expiresAt}, by this machine's clock`, 'Get a new one.')
  const summary = `${what}, ends at ${expiresAt}${others}`
  // guestlist renews the tokens that it fetches itself.
  const endsForGood = source.name === 'access token' && left < SOON_MS
  const finding = endsForGood
    ? warning(summary, 'An apply that takes longer stops halfway: get a new one.')
    : ok(summary)
  return { ...finding, value: { source, header } }
}

const NEEDED_SCOPE = 'org:manage'

export async function checkScopes({ source, header }: UsableCredential): Promise<CheckFinding> {
  const scopes = source.name === 'API key' ? null : jwtScopes(header)
  if (scopes === null) return ok(`The ${source.name} does not say which scopes it has`)
  const summary = scopes.length === 0 ? 'The token has no scopes' : `The token has the scopes ${scopes.join(' ')}`
  if (scopes.includes(NEEDED_SCOPE)) return ok(summary)
  return warning(
    `${summary}, and not ${NEEDED_SCOPE}`,
    `The API needs ${NEEDED_SCOPE} to list and change invitations: give it to the application, and ask for it with BIMDATA_SCOPE where the provider does not grant it by itself.`,
  )
}

/** Milliseconds by which the API's clock is ahead of this machine's. */
export interface Reached {
  readonly aheadMs: number | null
}

/** Sends one request without a credential; any status counts as an answer. */
export async function checkApi(flags: CommonFlags, io: Io): Promise<CheckFound<Reached>> {
  const wire = wireOf(flags, io)
  const address = parseAddress(wire.apiUrl, '--api-url', wire.allowInsecureHttp)
  const transport = createTransport({ ...wire, signal: io.interrupt })
  try {
    const begun = Date.now()
    const answer = await transport.send({ method: 'GET', url: new URL(`${canonicalApiUrl(address)}/`), headers: {} })
    const aheadMs = aheadOf(answer, (begun + Date.now()) / 2)
    answer.discard()
    const proxy = proxyFor(address, io.env)
    const through = proxy === null ? '' : ` through the proxy ${proxy.host}`
    return { ...ok(`${canonicalApiUrl(address)} answers${through}`), value: { aheadMs } }
  } finally {
    transport.close()
  }
}

/** `Age` is the number of seconds for which a cache has held the response. */
function aheadOf({ headers: { date = '', age = '0' } }: HttpResponse, now: number): number | null {
  const ahead = Date.parse(date) + Number(age) * 1000 - now
  return Number.isNaN(ahead) ? null : ahead
}

const MOST_SKEW_MS = 60_000

const toMinute = (ms: number): number => (ms < 120_000 ? ms : Math.round(ms / 60_000) * 60_000)

export async function checkClock({ aheadMs }: Reached): Promise<CheckFinding> {
  if (aheadMs === null)
    return warning(
      'Not checked: the API does not say what time it is',
      'Make sure that this machine synchronizes its clock (NTP).',
    )
  const skew = Math.abs(aheadMs)
  if (skew <= MOST_SKEW_MS) return ok("This machine's clock and the API's agree to the minute")
  return warning(
    `This machine's clock is ${durationText(toMinute(skew))} ${aheadMs > 0 ? 'behind' : 'ahead of'} the API's`,
    'Correct it (NTP): tokens, approvals and the dates of rules are judged by it.',
  )
}

const KNOWN = ['pending', 'accepted', 'denied'] as const satisfies readonly Status[]

/** Reads the whole list, since a single malformed invitation prevents planning. */
export async function checkInvitations({ list }: Connection): Promise<CheckFinding> {
  const { counts, twice } = await list(() => {
    const [counts, ids, twice] = [new Map<Status, number>(), new IdSet(), new Set<number>()]
    const observe = ({ id, status }: Invitation) => {
      counts.set(status, (counts.get(status) ?? 0) + 1)
      if (ids.has(id)) twice.add(id)
      ids.add(id)
    }
    return { counts, twice, observe }
  })
  const [id] = twice
  if (id !== undefined)
    return failed(
      `The list contains the id ${id} twice`,
      "It cannot be known which of the two is right, so no plan is made. Contact the API's operator.",
    )
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const each = KNOWN.map(status => `${counts.get(status) ?? 0} ${status}`)
  const summary = `${plural(total, 'invitation')}: ${each.join(', ')}`
  const unknown = counts.get('unknown') ?? 0
  if (unknown === 0) return ok(summary)
  return warning(
    `${summary}, ${unknown} of a status that this version does not know`,
    'They are left alone. Look for a newer guestlist.',
  )
}

/** A lower bound: clouds that the credential may not see are not listed. */
export async function checkClouds(connection: Connection): Promise<CheckFinding> {
  const { unread, clouds } = await connection.clouds()
  if (unread !== null) return warning(`The list of clouds: ${WHY_UNREAD[unread]}`, CLOUD_ADVICE)
  const hidden = clouds.flatMap(cloud => cloud.unread ?? [])
  const seen = `${plural(clouds.length, 'cloud')} can be seen`
  const [why] = hidden
  if (why === undefined) return ok(`${seen}, with their members`)
  return warning(`${seen}; the members of ${hidden.length} cannot (${WHY_UNREAD[why]})`, CLOUD_ADVICE)
}

const CLOUD_ADVICE =
  'Plans cannot say which clouds a removal deletes. Use a credential with the scope cloud:read and access to them, or one for clouds alone: BIMDATA_CLOUD_….'

/** Does what an apply does first: signs in, searches, and reads the roles in its token. */
export async function checkKeycloak(config: KeycloakConfig, flags: CommonFlags, io: Io): Promise<CheckFinding> {
  const keycloak = await openKeycloak(config, { deleting: true }, flags, io)
  keycloak.close()
  return ok(`${config.url}, realm "${config.realm}": the service account may see users and delete them`)
}
