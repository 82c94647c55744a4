import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../../bin/guestlist.js', import.meta.url))

export interface Ran {
  /** Null if a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** Written to standard input, which is then closed. */
  readonly input?: string
  /** Receives standard error while it runs. */
  readonly onErr?: (text: string) => void
}

/** The environment without the developer's own credentials and settings. */
const inherited = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(BIMDATA|GUESTLIST|TF_HTTP)_|^(NO|FORCE)_COLOR$|_proxy$/i.test(name),
  ),
)

/** Runs the built program as a user would. Resolves whatever the exit code. */
export function guestlist(args: readonly string[], { cwd, env = {}, input = '', onErr }: RunOptions): Promise<Ran> {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd,
    env: { ...inherited, NODE_V8_COVERAGE: '', ...env },
  })
  const chunks: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] }
  child.stdout.on('data', chunk => chunks.stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => {
    chunks.stderr.push(chunk)
    onErr?.(chunk.toString('utf8'))
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code =>
      resolve({
        code,
        stdout: Buffer.concat(chunks.stdout).toString('utf8'),
        stderr: Buffer.concat(chunks.stderr).toString('utf8'),
      }),
    )
  })
}
