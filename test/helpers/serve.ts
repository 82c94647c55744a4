import { type ChildProcess, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import type { StatusDocument } from '../../src/serve/status.js'

const PROGRAM = fileURLToPath(new URL('../../bin/guestlist.js', import.meta.url))

/** A hanging request should fail its own test, with its place, not the whole file after minutes. */
const ANSWER_MS = 20_000

const ANY_PORT = ['--listen', '127.0.0.1:0']

export interface Served {
  readonly child: ChildProcess
  /** The address of its page, known once it listens. */
  readonly url: string
  log(): string
  status(): Promise<StatusDocument>
  /** Requests a page, a probe or the metrics, on a new connection. */
  get(path: string): Promise<Response>
  /** Waits until the log matches. */
  logged(wanted: RegExp, timeoutMs?: number): Promise<void>
  /** @return its exit code; null if the signal ended it */
  end(signal: NodeJS.Signals): Promise<number | null>
}

export const SECRET = 'a-shared-secret'

/** Signs the body of a webhook as BIMData does. */
export const sign = (body: string, secret = SECRET): string => createHmac('sha256', secret).update(body).digest('hex')

/** Calls its webhook; a null signature means unsigned. */
export const post = (url: string, body: string, signature: string | null = sign(body)): Promise<Response> =>
  fetch(`${url}/webhook`, {
    method: 'POST',
    body,
    signal: AbortSignal.timeout(ANSWER_MS),
    headers: signature === null ? {} : { 'x-bimdata-signature': signature },
  })

/** Runs `guestlist serve` in its own process, on a free port, until the test ends. */
export async function serve(
  t: Test,
  cwd: string,
  env: NodeJS.ProcessEnv,
  args: readonly string[] = [],
): Promise<Served> {
  const child = spawn(process.execPath, [PROGRAM, 'serve', ...(args.includes('--listen') ? [] : ANY_PORT), ...args], {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, NODE_V8_COVERAGE: '', ...env },
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  let text = ''
  child.stderr.on('data', chunk => {
    text += chunk
  })
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit')
      child.kill(signal)
      await gone
    }
    return child.exitCode
  }
  // Wait for its end: anything it still wrote would prevent removing its folder and running later teardowns.
  t.teardown(() => end('SIGKILL'))
  const served = {
    child,
    end,
    log: () => text,
    async logged(wanted: RegExp, timeoutMs = 30_000) {
      await until(
        () => wanted.test(text),
        timeoutMs,
        () => `no ${wanted} in:\n${text}`,
      )
    },
  }
  await served.logged(/serves http:\/\/\S+/)
  const url = /serves (http:\/\/\S+)/.exec(text)?.[1] ?? ''
  const get = (path: string) =>
    fetch(`${url}${path}`, { signal: AbortSignal.timeout(ANSWER_MS), headers: { connection: 'close' } })
  return { ...served, url, get, status: async () => (await get('/status')).json() as Promise<StatusDocument> }
}

/**
 * How much later than on an idle machine something may happen, in ms: as long as twenty exchanges between this process
 * and the service take now.
 */
export async function lateness({ status }: Served): Promise<number> {
  const began = performance.now()
  for (let turn = 0; turn < 20; turn++) await status()
  return performance.now() - began
}

export async function until(
  holds: () => boolean | Promise<boolean>,
  timeoutMs = 30_000,
  why: () => string = () => `not within ${timeoutMs} ms`,
): Promise<void> {
  const end = performance.now() + timeoutMs
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(why())
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}
