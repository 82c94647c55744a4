import { credentialsError } from '../model/api-error.js'
import { readInput } from '../system/read-file.js'
import type { Env } from './proxy.js'
import { Secret } from './secret.js'

/** A value and its origin: a variable's name, or `NAME_FILE (path)`. */
export interface Found<T> {
  readonly value: T
  readonly from: string
}

/** A variable that is set but empty counts as unset. */
export const variable = (env: Env, name: string): string | undefined => env[name] || undefined

/** Which of NAME and NAME_FILE are set. */
export const namesSet = (env: Env, name: string): string[] =>
  [name, `${name}_FILE`].filter(each => variable(env, each) !== undefined)

/**
 * The value of the variable NAME, else the content of the file that NAME_FILE names (without one trailing line break), else null.
 * @throws ApiError `credentials` if the file cannot be read or is empty, or the value is blank or holds a control character
 */
export async function findText(env: Env, name: string): Promise<Found<string> | null> {
  const plain = variable(env, name)
  if (plain !== undefined) return { value: notBlank(printable(plain, name), name), from: name }
  const path = variable(env, `${name}_FILE`)
  if (path === undefined) return null
  const from = `${name}_FILE (${path})`
  return { value: notBlank(printable(await readSecretFile(path, from), from), from), from }
}

/** `findText` for a secret. */
export async function findSecret(env: Env, name: string): Promise<Found<Secret> | null> {
  return hidden(await findText(env, name))
}

/**
 * `findText` for a variable where neither spelling takes precedence.
 * @throws ApiError `credentials` also if both NAME and NAME_FILE are set
 */
export async function findOnlyText(env: Env, name: string): Promise<Found<string> | null> {
  const [one, other] = namesSet(env, name)
  if (other !== undefined)
    throw credentialsError(`Both ${one} and ${other} are set`, 'Keep the one that is meant, and unset the other.')
  return findText(env, name)
}

/** `findOnlyText` for a secret. */
export async function findOnlySecret(env: Env, name: string): Promise<Found<Secret> | null> {
  return hidden(await findOnlyText(env, name))
}

const hidden = (found: Found<string> | null): Found<Secret> | null =>
  found === null ? null : { value: new Secret(found.value), from: found.from }

/** Tokens take a few kilobytes. */
const MAX_SECRET_BYTES = 64 * 1024

async function readSecretFile(path: string, from: string): Promise<string> {
  const bytes = await readInput(path, MAX_SECRET_BYTES).catch(cause => {
    throw credentialsError(
      `The file of ${from} cannot be read (${cause.code ?? cause.message})`,
      'Check its path and its permissions.',
    )
  })
  if (bytes.length > MAX_SECRET_BYTES)
    throw credentialsError(`The file of ${from} is larger than 64 KiB`, 'Check its path.')
  const text = bytes.toString('utf8')
  const value = text.replace(/^\uFEFF/, '').replace(/\r?\n$/, '')
  if (value === '') throw credentialsError(`The file of ${from} is empty`, 'Write the secret into it.')
  return value
}

function notBlank(value: string, from: string): string {
  if (value.trim() !== '') return value
  throw credentialsError(`The value of ${from} is blank`, 'Set it to the secret, or unset it.')
}

/** Headers cannot hold line breaks or other control characters, and none is ever intended. */
export function printable(value: string, from: string): string {
  if (!/\p{Cc}/u.test(value)) return value
  throw credentialsError(
    `The value of ${from} holds a line break or another control character`,
    'Copy it again, as one line without anything before or after it.',
  )
}
