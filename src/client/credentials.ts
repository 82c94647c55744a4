import { ApiError } from '../model/api-error.js'
import type { CredentialName, CredentialSource } from './credential-source.js'
import { type FoundSecret, findSecret, namesSet } from './env-secret.js'
import type { Env } from './proxy.js'
import { Secret } from './secret.js'

const SECRET_VARIABLES = ['BIMDATA_ACCESS_TOKEN', 'BIMDATA_API_KEY', 'BIMDATA_CLIENT_SECRET']

/**
 * The credential to use, in this order; `…_FILE` may stand for each variable:
 *
 * | set | header |
 * | --- | --- |
 * | BIMDATA_ACCESS_TOKEN | Bearer |
 * | BIMDATA_API_KEY | ApiKey, or the word in BIMDATA_API_KEY_PREFIX; the bare key where that is set and empty |
 * | BIMDATA_CLIENT_ID and BIMDATA_CLIENT_SECRET | Bearer, fetched |
 * | a login | Bearer, refreshed |
 *
 * @throws ApiError `credentials` where there is none, or the first cannot be read
 */
export async function chooseCredentials(env: Env): Promise<CredentialSource> {
  const set = SECRET_VARIABLES.flatMap(name => namesSet(env, name))
  const token = await findSecret(env, 'BIMDATA_ACCESS_TOKEN')
  if (token !== null) return fixedSource('access token', token, 'Bearer', set)
  const key = await findSecret(env, 'BIMDATA_API_KEY')
  if (key !== null) return fixedSource('API key', key, env.BIMDATA_API_KEY_PREFIX ?? 'ApiKey', set)
  throw noCredentials()
}

/** A credential that stays as it is: a 401 on it is final. */
function fixedSource(
  name: CredentialName,
  found: FoundSecret,
  prefix: string,
  set: readonly string[],
): CredentialSource {
  const word = prefix.trim()
  const value = found.secret.reveal()
  const header = new Secret(word === '' ? value : `${word} ${value}`)
  const shadowed = set.filter(variable => variable !== found.from.split(' ')[0])
  return {
    name,
    describe: () => ({ source: name, from: found.from, shadowed, expiresAt: null }),
    authorization: async () => header,
    renew: async () => false,
  }
}

export const noCredentials = (): ApiError =>
  new ApiError('There are no credentials for the API', {
    kind: 'credentials',
    advice: [
      'Give one of these:',
      '  BIMDATA_ACCESS_TOKEN                        an access token',
      '  BIMDATA_API_KEY                             the API key of an application',
      '  BIMDATA_CLIENT_ID + BIMDATA_CLIENT_SECRET   an application that fetches its own tokens',
      '  guestlist login                             your own account, in a browser',
      'Each variable may be given as …_FILE, naming a file that holds the value.',
    ].join('\n'),
  })
