import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GuestlistError } from '../model/error.js'
import { type ApprovalFile, NAMESPACE } from './approval-file.js'

/** Where ssh-keygen runs. */
export interface SshKeygen {
  readonly env: NodeJS.ProcessEnv
  /** Whether a person may be asked for a passphrase, on the terminal of this process. */
  readonly terminal: boolean
  /** Milliseconds for one call that asks nobody; default 30,000. */
  readonly timeoutMs?: number
}

/** Longer than it takes to find a security key and touch it. */
const PATIENCE_WITH_PEOPLE_MS = 300_000
const PATIENCE_MS = 30_000

/**
 * Signs text with a private key, or with a public one whose private half is in the agent.
 *
 * @param key path of its file
 * @return the signature as ssh-keygen writes it
 * @throws GuestlistError
 */
export function sign(text: string, key: string, keygen: SshKeygen): Promise<string> {
  return withFiles({ statement: text }, async pathOf => {
    const run = await runKeygen(['-Y', 'sign', '-f', key, '-n', NAMESPACE, pathOf('statement')], keygen, null)
    if (run.code === 0) return readFile(`${pathOf('statement')}.sig`, 'utf8')
    throw new GuestlistError('signing-key', `ssh-keygen could not sign with ${key}${run.said && `: ${run.said}`}`, {
      advice: keygen.terminal
        ? 'Name another key with --key: a private key file, or a public key whose private half is in the agent.'
        : 'There is no terminal to ask for a passphrase on: use a key without one, or add it to the agent (ssh-add) and name its public key with --key.',
    })
  })
}

/** What ssh-keygen says of a signature. */
export type SignatureCheck =
  | { readonly kind: 'good' | 'bad-signature' }
  | { readonly kind: 'rejected'; readonly why: string }

/**
 * Checks that a signature is of its statement, and that the signers file gives its key to a principal, now.
 * That judges the file a second time, by OpenSSH's own reading of it: only what both find good counts.
 *
 * @param signers the content of the signers file
 * @throws GuestlistError where ssh-keygen cannot be run
 */
export function check(
  file: ApprovalFile,
  principal: string,
  signers: string,
  keygen: SshKeygen,
): Promise<SignatureCheck> {
  const asks = { ...keygen, terminal: false }
  return withFiles({ signature: file.armor, signers }, async pathOf => {
    const ours = ['-n', NAMESPACE, '-s', pathOf('signature')]
    const signed = await runKeygen(['-Y', 'check-novalidate', ...ours], asks, file.statement)
    if (signed.code !== 0) return { kind: 'bad-signature' }
    const verified = await runKeygen(
      ['-Y', 'verify', '-f', pathOf('signers'), '-I', principal, ...ours],
      asks,
      file.statement,
    )
    return verified.code === 0 ? { kind: 'good' } : { kind: 'rejected', why: verified.said }
  })
}

/** Files of the given contents, for their owner alone, as long as the work takes. `pathOf` says where each is. */
async function withFiles<Name extends string, T>(
  contents: Readonly<Record<Name, string>>,
  work: (pathOf: (name: Name) => string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'guestlist-approval-'))
  try {
    for (const [name, content] of Object.entries<string>(contents))
      await writeFile(join(folder, name), content, { mode: 0o600, flag: 'wx' })
    return await work(name => join(folder, name))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface Run {
  readonly code: number | null
  /** Its first line of complaint, without the paths of our own files. */
  readonly said: string
}

/** `input`: for its standard input; null for none. Never by a shell. */
async function runKeygen(args: readonly string[], keygen: SshKeygen, input: string | null): Promise<Run> {
  const child = spawn('ssh-keygen', args, {
    env: environmentOf(keygen),
    stdio: stdioOf(keygen, input),
    // Without a controlling terminal it has nobody to ask, and fails instead of waiting.
    detached: !keygen.terminal,
  })
  const stderr: Buffer[] = []
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk))
  // Where it ended without reading, its exit code says so.
  child.stdin?.on('error', () => {}).end(input)
  const code = await ended(child, keygen)
  const said = Buffer.concat(stderr).toString('utf8')
  if (code !== 0 && TOO_OLD.test(said)) throw tooOld()
  return { code, said: firstComplaint(said) }
}

/** On a terminal what it asks and says is for the person there. */
const stdioOf = ({ terminal }: SshKeygen, input: string | null): StdioOptions => [
  input !== null ? 'pipe' : terminal ? 'inherit' : 'ignore',
  'ignore',
  terminal ? 'inherit' : 'pipe',
]

function ended(child: ChildProcess, keygen: SshKeygen): Promise<number | null> {
  const patience = keygen.terminal ? PATIENCE_WITH_PEOPLE_MS : (keygen.timeoutMs ?? PATIENCE_MS)
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      endGroup(child, !keygen.terminal)
      reject(new GuestlistError('ssh-keygen', `ssh-keygen did not end within ${patience / 1000} s; it was ended.`))
    }, patience)
    child.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer)
      reject(
        error.code === 'ENOENT'
          ? missing()
          : new GuestlistError('ssh-keygen', `ssh-keygen cannot be run: ${error.message}`),
      )
    })
    child.once('close', code => {
      clearTimeout(timer)
      resolve(code)
    })
  })
}

/** With what it started: a helper for security keys, say. */
function endGroup(child: ChildProcess, detached: boolean): void {
  try {
    if (detached && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It has ended by itself in the meantime, or there are no groups (Windows).
  }
  child.kill('SIGKILL')
}

const PACKAGES =
  'Install OpenSSH 8.2 or later: the package openssh-client (Debian, Ubuntu), openssh (Fedora, Red Hat, Arch), openssh-keygen (Alpine); on Windows the optional feature "OpenSSH Client". macOS has it.'

const missing = () =>
  new GuestlistError('ssh-keygen', 'ssh-keygen was not found, and approvals are signed and checked by it.', {
    advice: PACKAGES,
  })

/** What versions before 8.2 say of `-Y` and its operations. */
const TOO_OLD = /(?:unknown|unrecognized|illegal|invalid) option|unsupported operation for -Y|too many arguments/i

const tooOld = () =>
  new GuestlistError('ssh-keygen', 'The ssh-keygen found is too old to sign and check approvals.', { advice: PACKAGES })

/** What ssh-keygen and its helpers need: the credentials of the API are not among it. */
const PASSED = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'USERPROFILE',
  'SystemRoot',
  'TMPDIR',
  'TZ',
  'TERM',
  'SSH_AUTH_SOCK',
  'SSH_SK_PROVIDER',
  'SSH_SK_HELPER',
  'SSH_PKCS11_HELPER',
]
/** By which it asks in a window. */
const ASKING = ['DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY', 'SSH_ASKPASS', 'SSH_ASKPASS_REQUIRE']

function environmentOf({ env, terminal }: SshKeygen): NodeJS.ProcessEnv {
  const names = terminal ? [...PASSED, ...ASKING] : PASSED
  const passed = Object.fromEntries(names.flatMap(name => (env[name] === undefined ? [] : [[name, env[name]]])))
  return { ...passed, LC_ALL: 'C', ...(terminal ? {} : { SSH_ASKPASS_REQUIRE: 'never' }) }
}

const firstComplaint = (said: string): string =>
  said
    .split(/\r?\n/)
    .map(line => line.trim())
    .filter(line => line !== '' && !/^(?:Signing|Write signature)/.test(line))
    .slice(0, 1)
    .join('')
    .replaceAll(/\S*guestlist-approval-\w{6}\//g, '')
    .slice(0, 300)
