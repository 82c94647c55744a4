import { rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { variable } from '../http/env-secret.js'
import type { Env } from '../http/proxy.js'
import { ApiError, credentialsError } from '../model/api-error.js'
import { memberOf, tryParseJson } from '../model/json.js'
import { errnoOf } from '../system/errno.js'
import { sweepLeftovers, underLock } from '../system/lock-file.js'
import { type LockInfo, newLockInfo } from '../system/lock-info.js'
import { hasEnded } from '../system/process.js'
import { readInput } from '../system/read-file.js'
import { makeFolder, writeDurably } from '../system/write-file.js'

/** The key of a stored login. */
export interface LoginKey {
  /** Both without a trailing slash. */
  readonly issuer: string
  readonly apiUrl: string
  readonly clientId: string
}

/** A login's tokens as stored in the file. */
export interface StoredLogin extends LoginKey {
  readonly accessToken: string
  readonly refreshToken: string | null
  /** Milliseconds since the epoch; null if the provider did not say. */
  readonly expiresAt: number | null
  readonly obtainedAt: number
  readonly scope: string | null
}

export interface TokenStore {
  readonly path: string
  /** In the order in which they were created. */
  read(): Promise<readonly StoredLogin[]>
  /** Reads, changes and writes under a lock; the result of `change` replaces the list. */
  update(change: (logins: readonly StoredLogin[]) => Promise<readonly StoredLogin[]>): Promise<void>
}

interface StoreFile {
  readonly version: 1
  readonly logins: readonly StoredLogin[]
}

/** Enough for hundreds of logins. */
const MAX_BYTES = 2 ** 20

/** In the user's configuration folder; without one, nothing is stored. */
export async function tokenStore(env: Env, maxHoldMs: number): Promise<TokenStore> {
  const folder = await configFolder(env)
  if (folder === null) return { path: '(none)', read: async () => [], update: () => Promise.reject(noHomeFolder()) }
  const path = join(folder, 'logins.json')
  return {
    path,
    read: () => readLogins(path),
    async update(change) {
      try {
        await makeFolder(folder, 0o700)
        await alone(path, maxHoldMs, async () => writeLogins(path, await change(await readLogins(path))))
      } catch (error) {
        throw isDiskError(error)
          ? broken(path, `cannot be written (${error.code ?? error.message})`, "Check the folder's permissions.")
          : error
      }
    },
  }
}

/**
 * Runs `work` while no other process reads or writes the logins. A lock of another host that shares the folder is
 * considered dead once it is older than any lock may be held.
 */
async function alone(path: string, maxHoldMs: number, work: () => Promise<void>): Promise<void> {
  const lock = `${path}.lock`
  const info = newLockInfo({ operation: 'login', path, version: '', now: new Date() })
  const isDead = (holder: LockInfo): boolean =>
    hasEnded(holder) || (holder.Host !== hostname() && Date.now() - Date.parse(holder.Created) > maxHoldMs)
  const busy = () =>
    credentialsError(
      'Another guestlist process is renewing the login and does not finish',
      `Try again. If no other process runs, delete ${lock}.`,
    )
  await sweepLeftovers(lock, info)
  const waiting = { timeoutMs: maxHoldMs, firstPauseMs: 20, longestPauseMs: 200 }
  await underLock(lock, info, waiting, busy, work, isDead)
}

/**
 * The user's configuration folder for guestlist, by platform, or the one that GUESTLIST_CONFIG_DIR names. Null if the
 * user has no home folder: a container may run under a uid without a name.
 */
async function configFolder(env: Env): Promise<string | null> {
  const chosen = variable(env, 'GUESTLIST_CONFIG_DIR')
  if (chosen !== undefined) return chosen
  try {
    // Loaded here, because it looks up the home folder on import, which throws if there is none.
    const { default: envPaths } = await import('env-paths')
    return envPaths('guestlist', { suffix: '' }).config
  } catch {
    return null
  }
}

const isDiskError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'syscall' in error

export const sameLogin = (a: LoginKey, b: LoginKey): boolean =>
  a.issuer === b.issuer && a.apiUrl === b.apiUrl && a.clientId === b.clientId

async function readLogins(path: string): Promise<readonly StoredLogin[]> {
  let text: string
  try {
    text = (await readInput(path, MAX_BYTES)).toString('utf8')
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return []
    throw broken(path, 'cannot be read', 'Check its permissions.')
  }
  const file = tryParseJson(text)
  if (!isStoreFile(file))
    throw broken(path, 'is not as guestlist writes it', 'Delete it and run `guestlist login` again.')
  return file.logins
}

const isStoreFile = (value: unknown): value is StoreFile => {
  const logins = memberOf(value, 'logins')
  return memberOf(value, 'version') === 1 && Array.isArray(logins) && logins.every(isLogin)
}

const TEXTS = ['issuer', 'apiUrl', 'clientId', 'accessToken']

const isLogin = (value: unknown): boolean =>
  TEXTS.every(name => typeof memberOf(value, name) === 'string') && typeof memberOf(value, 'obtainedAt') === 'number'

/** Atomic, and never readable by others. An empty list deletes the file. */
async function writeLogins(path: string, logins: readonly StoredLogin[]): Promise<void> {
  if (logins.length === 0) return rm(path, { force: true })
  const file: StoreFile = { version: 1, logins }
  await writeDurably(path, [`${JSON.stringify(file, null, 2)}\n`])
}

const noHomeFolder = (): ApiError =>
  credentialsError(
    'There is no home folder to keep a login in',
    'Set HOME, or GUESTLIST_CONFIG_DIR to the folder to use.',
  )

const broken = (path: string, fault: string, advice: string): ApiError =>
  new ApiError(`The file of logins, ${path}, ${fault}`, { kind: 'credentials', advice })
