import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { resolve } from 'node:path'
import type { Io } from '../cli/io.js'
import { findOnlySecret } from '../http/env-secret.js'
import { EXIT, GuestlistError, messageOf } from '../model/error.js'
import type { Sandbox } from '../sandbox/options.js'
import type { WebhookOptions } from '../sandbox/webhooks.js'
import { reasonOf } from '../system/errno.js'

interface SandboxFlags {
  readonly port: number
  readonly data: string | undefined
  readonly latency: number | undefined
  readonly fault: readonly string[]
  readonly unknownUser: '404' | '400' | '204'
  readonly seed: number | undefined
  readonly issuer: string | undefined
  readonly webhook: string | undefined
  readonly webhookFault: readonly string[]
  readonly inviteEvery: number | undefined
}

const UNKNOWN_USER = { '404': 404, '400': 400, '204': 204 } as const

/** Serves the embedded API until it is interrupted, or for as long as a command runs. */
export async function sandbox(command: readonly string[], flags: SandboxFlags, io: Io): Promise<number> {
  if (flags.fault.includes('help')) {
    const { FAULT_GRAMMAR } = await import('../sandbox/parse-fault.js')
    io.out(`${FAULT_GRAMMAR}\n`)
    return EXIT.done
  }
  const { parseFault } = await import('../sandbox/parse-fault.js')
  const { startSandbox } = await import('../sandbox/server.js')
  const faults = flags.fault.map(text => {
    const fault = parseFault(text)
    if ('error' in fault) throw new GuestlistError('usage', `--fault ${JSON.stringify(text)}: ${fault.error}`)
    return fault
  })
  const webhook = await webhookOf(flags, io)
  if (flags.issuer !== undefined) checkAddress(flags.issuer, '--issuer')
  const server = await startSandbox({
    ...(webhook === null ? {} : { webhook }),
    port: flags.port,
    faults,
    unknownUser: UNKNOWN_USER[flags.unknownUser],
    ...(io.env.BIMDATA_API_KEY ? { apiKey: io.env.BIMDATA_API_KEY } : {}),
    ...(flags.data === undefined ? {} : { dataFile: resolve(io.cwd, flags.data) }),
    ...(flags.latency === undefined ? {} : { latencyMs: flags.latency }),
    ...(flags.seed === undefined ? {} : { seed: flags.seed }),
    ...(flags.issuer === undefined ? {} : { issuer: flags.issuer }),
  }).catch((error: unknown) => {
    throw new GuestlistError('cannot-start', messageOf(error), { cause: error })
  })
  const stream = await startStream(flags.inviteEvery, server)
  try {
    if (command.length > 0) return await runCommand(command, server, io)
    io.out(sandboxBanner(server))
    io.err('The sandbox is listening. Stop it with Ctrl-C.\n')
    if (!io.interrupt.aborted) await once(io.interrupt, 'abort')
    return EXIT.done
  } finally {
    clearInterval(stream)
    await server.close()
  }
}

function checkAddress(text: string, flag: string): void {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text))
    throw new GuestlistError('usage', `${flag} is not a web address`)
}

/** @throws GuestlistError for a webhook without a secret, and for faults without a webhook */
async function webhookOf({ webhook, webhookFault }: SandboxFlags, io: Io): Promise<WebhookOptions | null> {
  if (webhook === undefined) {
    if (webhookFault.length > 0) throw new GuestlistError('usage', '--webhook-fault needs --webhook')
    return null
  }
  checkAddress(webhook, '--webhook')
  const secret = await findOnlySecret(io.env, 'GUESTLIST_WEBHOOK_SECRET')
  if (secret === null)
    throw new GuestlistError('usage', '--webhook needs GUESTLIST_WEBHOOK_SECRET, with which BIMData would sign')
  const { parseWebhookFault } = await import('../sandbox/webhooks.js')
  const faults = webhookFault.map(text => {
    const fault = parseWebhookFault(text)
    if ('error' in fault) throw new GuestlistError('usage', `--webhook-fault ${JSON.stringify(text)}: ${fault.error}`)
    return fault
  })
  return Object.assign({ url: webhook, secret: secret.value.reveal() }, ...faults)
}

async function startStream(everyMs: number | undefined, server: Sandbox): Promise<NodeJS.Timeout | undefined> {
  if (everyMs === undefined) return undefined
  const { inviteOf } = await import('../sandbox/webhooks.js')
  let number = 0
  const next = () => Math.max(0, ...server.invitations().map(({ id }) => id)) + 1
  return setInterval(() => void server.putInvitation(inviteOf(number++, next())), everyMs)
}

/** The command inherits our streams and receives Ctrl-C from the shared terminal; a SIGTERM is passed on. */
function runCommand([program = '', ...args]: readonly string[], server: Sandbox, io: Io): Promise<number> {
  const env = { ...io.env, BIMDATA_API_URL: server.url, BIMDATA_API_KEY: server.apiKey }
  const child = spawn(program, args, { cwd: io.cwd, env, stdio: 'inherit' })
  io.interrupt.addEventListener('abort', () => child.kill('SIGTERM'), { once: true })
  return new Promise((done, fail) => {
    child.once('error', error =>
      fail(new GuestlistError('cannot-start', `${program} cannot be run: ${reasonOf(error)}`, { cause: error })),
    )
    child.once('exit', (code, signal) => done(code ?? 128 + (constants.signals[signal ?? 'SIGTERM'] ?? 0)))
  })
}

/** Quotes for a POSIX shell, where necessary. */
const shellWord = (text: string): string =>
  /^[\w.,:/@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`

/** What the `sandbox` command prints: the address, then the variables to paste into a shell, one per line. */
export function sandboxBanner({ url, apiKey }: Pick<Sandbox, 'url' | 'apiKey'>): string {
  return `${url}\nexport BIMDATA_API_URL=${shellWord(url)}\nexport BIMDATA_API_KEY=${shellWord(apiKey)}\n`
}
