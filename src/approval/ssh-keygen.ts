import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GuestlistError } from '../model/error.js'
import { type ApprovalFile, NAMESPACE } from './approval-file.js'

/** How ssh-keygen is run. */
export interface SshKeygen {
  readonly env: NodeJS.ProcessEnv
  /** Whether ssh-keygen may ask for a passphrase on this process's terminal. */
  readonly terminal: boolean
  /** Time limit in milliseconds for a call that does not prompt; 30,000 by default. */
  readonly timeoutMs?: number
}

/** Long enough to find a security key and touch it. */
const PATIENCE_WITH_PEOPLE_MS = 300_000
const PATIENCE_MS = 30_000

/**
 * Signs text with a private key, or with a public key whose private half is in the agent.
 *
 * @param key path to the key file
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

/** ssh-keygen's verdict on a signature. */
export type SignatureCheck =
  | { readonly kind: 'good' | 'bad-signature' }
  | { readonly kind: 'rejected'; readonly why: string }

/**
 * Checks that a signature matches its statement, and that the signers file currently assigns its key to a principal.
 * This is a second, independent reading of the signers file by OpenSSH: an approval counts only if both accept it.
 *
 * @param signers the content of the signers file
 * @throws GuestlistError if ssh-keygen cannot be run
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

/** Writes the contents to private temporary files for the duration of `work`. `pathOf` gives the path of each. */
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
  /** The first line of its error output, without the paths of our temporary files. */
  readonly said: string
}

/** Runs ssh-keygen without a shell. `input` goes to its standard input; null for none. */
async function runKeygen(args: readonly string[], keygen: SshKeygen, input: string | null): Promise<Run> {
  const child = spawn('ssh-keygen', args, {
    env: environmentOf(keygen),
    stdio: stdioOf(keygen, input),
    // Without a controlling terminal it cannot ask for a passphrase, so it fails instead of waiting.
    detached: !keygen.terminal,
  })
  const stderr: Buffer[] = []
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk))
  // If it exits without reading its input, the exit code shows why.
  child.stdin?.on('error', () => {}).end(input)
  const code = await ended(child, keygen)
  const said = Buffer.concat(stderr).toString('utf8')
  if (code !== 0 && TOO_OLD.test(said)) throw tooOld()
  return { code, said: firstComplaint(said) }
}

/** On a terminal, its prompts and messages go to the user. */
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

/** Kills its child processes too, such as a helper for security keys. */
function endGroup(child: ChildProcess, detached: boolean): void {
  try {
    if (detached && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It has already exited, or there are no process groups (Windows).
  }
  child.kill('SIGKILL')
}

const PACKAGES =
  'Install OpenSSH 8.2 or later: the package openssh-client (Debian, Ubuntu), openssh (Fedora, Red Hat, Arch), openssh-keygen (Alpine); on Windows the optional feature "OpenSSH Client". macOS has it.'

const missing = () =>
  new GuestlistError('ssh-keygen', 'ssh-keygen was not found, and approvals are signed and checked by it.', {
    advice: PACKAGES,
  })

/** How versions before 8.2 reject `-Y` and its operations. */
const TOO_OLD = /(?:unknown|unrecognized|illegal|invalid) option|unsupported operation for -Y|too many arguments/i

const tooOld = () =>
  new GuestlistError('ssh-keygen', 'The ssh-keygen found is too old to sign and check approvals.', { advice: PACKAGES })

/** Variables that ssh-keygen and its helpers need. API credentials are not passed on. */
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
/** Variables that it needs to prompt in a window. */
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
