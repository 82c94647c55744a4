import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A key made by the system's own ssh-keygen. */
export interface SshKey {
  /** The private key's file. */
  readonly path: string
  /** `ssh-ed25519 AAAA…`, without a comment. */
  readonly publicKey: string
  readonly fingerprint: string
}

export const keyFolder = (): string => mkdtempSync(join(tmpdir(), 'guestlist-keys-'))

/** `bits`: for rsa and ecdsa keys. */
export function makeKey(folder: string, name: string, type = 'ed25519', passphrase = '', bits = 2048): SshKey {
  const path = join(folder, name)
  const size = type === 'ed25519' ? [] : ['-b', String(bits)]
  run(['-q', '-t', type, ...size, '-N', passphrase, '-C', '', '-f', path])
  const [kind = '', base64 = ''] = readFileSync(`${path}.pub`, 'utf8').trim().split(' ')
  const [, fingerprint = ''] = run(['-l', '-f', `${path}.pub`]).split(' ')
  return { path, publicKey: `${kind} ${base64}`, fingerprint }
}

let signed = 0

/** Signs a text, and returns the signature as ssh-keygen writes it. */
export function signWith({ path }: Pick<SshKey, 'path'>, text: string, namespace = 'guestlist-approval'): string {
  const file = `${path}.text-${signed++}`
  writeFileSync(file, text)
  run(['-Y', 'sign', '-f', path, '-n', namespace, file])
  return readFileSync(`${file}.sig`, 'utf8')
}

/** Has the authority certify the key for a principal. @return the certificate's file, to sign with */
export function certify({ path }: SshKey, authority: SshKey, principal: string): string {
  run(['-q', '-s', authority.path, '-I', 'test', '-n', principal, `${path}.pub`])
  return `${path}-cert.pub`
}

const run = (args: readonly string[]): string =>
  execFileSync('ssh-keygen', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
