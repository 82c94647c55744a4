import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { CommandError, EXIT, type ExitCode, type Io } from '../cli/io.js'
import { createLog, type Log } from '../cli/log.js'
import { checkScheme } from '../http/address.js'
import { findSecret } from '../http/env-secret.js'
import type { StateConfig } from '../model/manifest.js'
import { keepLeading, type Leadership } from '../serve/leader.js'
import { type Loop, startLoop } from '../serve/loop.js'
import { createMetrics, type Metrics } from '../serve/metrics.js'
import { createStatusServer } from '../serve/server.js'
import { Status } from '../serve/status.js'
import { watchManifest } from '../serve/watch-manifest.js'
import { createForwarder, type Forwarder } from '../serve/webhook.js'
import { VERSION } from '../version.js'
import { type Connection, connect } from './shared/connect.js'
import { loadManifest } from './shared/load-manifest.js'
import { openStateFor } from './shared/read-world.js'
import { createReconciler, type Reconciler, type RunFlags } from './shared/reconcile-run.js'
import { serviceIo } from './shared/service-io.js'
import { DEFAULT_MANIFEST } from './shared/sources.js'

export type ServeFlags = RunFlags & {
  readonly interval: number
  readonly listen: string | undefined
  readonly allowRemote: boolean
  readonly once: boolean
  readonly forward: string | undefined
  readonly grace: number
  readonly logFormat: 'text' | 'json'
  readonly rateLimit: number | undefined
}

interface Service {
  readonly flags: ServeFlags
  readonly io: Io
  readonly log: Log
  readonly connection: Connection
  readonly status: Status
  readonly metrics: Metrics
  readonly reconciler: Reconciler
}

/** Plans and applies again and again, until SIGTERM or SIGINT; with `--once` one time. */
export async function serve(flags: ServeFlags, outer: Io): Promise<ExitCode> {
  refuseStandardInput(flags)
  const listen = listenOf(flags)
  const io = serviceIo(outer, flags.logFormat)
  const log = createLog(flags.logLevel, io)
  const forwardTo = forwardUrl(flags)
  const secret = flags.once ? null : await findSecret(io.env, 'GUESTLIST_WEBHOOK_SECRET')
  if (forwardTo !== null && secret === null) {
    throw new CommandError('--forward needs GUESTLIST_WEBHOOK_SECRET: without it there is no webhook to pass on')
  }
  const connection = await connect(flags, io, { ...flags, finishInFlight: true })
  const { apiUrl } = connection.client
  const status = new Status({ version: VERSION, apiUrl, removals: flags.removals, dryRun: flags.dryRun })
  const metrics = createMetrics(VERSION)
  const reconciler = createReconciler({ flags, io, log, connection, status, metrics })
  try {
    if (flags.once) return await reconciler.once()
    const service = { flags, io, log, connection, status, metrics, reconciler }
    return await runService(service, listen, secret?.value.reveal() ?? null, forwardTo)
  } finally {
    connection.client.close()
  }
}

function refuseStandardInput({ file }: ServeFlags): void {
  if (file.includes('-')) throw new CommandError('serve reads its manifest again for each run: name a file, not -')
}

interface Listen {
  readonly host: string
  readonly port: number
  readonly remote: boolean
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/

function listenOf({ listen = '127.0.0.1:8080', allowRemote }: ServeFlags): Listen {
  const [, bracketed, plain, digits] = /^(?:\[([\da-fA-F:]+)\]|([^:\s]*)):(\d{1,5})$/.exec(listen) ?? []
  const port = Number(digits)
  if (!(port <= 65_535))
    throw new CommandError(`--listen: ${JSON.stringify(listen)} is not HOST:PORT, such as 127.0.0.1:8080`)
  const host = bracketed ?? (plain || '0.0.0.0')
  const remote = !LOOPBACK.test(host)
  if (remote && !allowRemote) {
    throw new CommandError(`--listen: others can reach ${host}`, {
      advice:
        'The page shows names and addresses to everybody who can reach it. Listen on 127.0.0.1, or pass --allow-remote and let a proxy guard it.',
    })
  }
  return { host, port, remote }
}

function forwardUrl({ forward, allowInsecureHttp }: ServeFlags): URL | null {
  if (forward === undefined) return null
  if (!URL.canParse(forward)) throw new CommandError('--forward is not a web address')
  const url = new URL(forward)
  if (url.username !== '' || url.password !== '') throw new CommandError('--forward holds a user name or a password')
  checkScheme(url, '--forward', allowInsecureHttp)
  return url
}

async function runService(
  service: Service,
  listen: Listen,
  secret: string | null,
  forwardTo: URL | null,
): Promise<ExitCode> {
  const { flags, io, log, status, metrics, reconciler } = service
  const stop = io.interrupt
  const loop = startLoop({
    run: async triggers => {
      // By the clock works only who leads; a webhook is served where it arrives, under the state's lock as everything.
      if (!status.leader && triggers.every(trigger => trigger === 'interval')) return true
      return reconciler.run(triggers, loop.failures())
    },
    now: () => performance.now(),
    sleep: pause,
    random: Math.random,
    intervalMs: flags.interval,
    stop,
  })
  const forwarder =
    forwardTo === null
      ? null
      : createForwarder(forwardTo, (result, why) => {
          metrics.webhook(result)
          if (result === 'forward_failed') log.warn(`a webhook could not be passed on: ${why}`)
        })
  const server = createStatusServer({
    status,
    metrics,
    isAlive: () => !ended,
    secret,
    hosts: listen.remote ? null : ['localhost', '127.0.0.1', '[::1]'],
    onWebhook(delivery) {
      loop.trigger('webhook')
      forwarder?.forward(delivery)
    },
  })
  let ended = false
  void loop.ended.then(() => {
    ended = true
  })
  try {
    await listening(server, listen)
    tellStart(service, server.address(), listen, secret)
    await untilStopped(service, loop, forwarder)
    return EXIT.done
  } finally {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }
}

async function untilStopped(service: Service, loop: Loop, forwarder: Forwarder | null): Promise<void> {
  const { flags, io, log, connection, status, metrics } = service
  const stop = io.interrupt
  const onHangUp = () => loop.trigger('signal')
  process.on('SIGHUP', onHangUp)
  const leading = keepLeading({
    acquire: signal => takeLead(service, signal),
    sleep: pause,
    onChange(isLeader) {
      status.leader = isLeader
      metrics.leader(isLeader)
      log.info(isLeader ? 'this instance works by the clock' : 'the lead was lost: this instance stands by')
      if (isLeader) loop.trigger('start')
    },
    onProblem(message) {
      status.problem = message
      log.warn(`no lead can be taken: ${message}`)
    },
    stop,
  })
  const files = flags.file.length === 0 ? [DEFAULT_MANIFEST] : flags.file
  const watching = watchManifest(files, io.cwd, () => loop.trigger('manifest'), { sleep: pause, stop })
  await new Promise<void>(resolve => {
    if (stop.aborted) resolve()
    else stop.addEventListener('abort', () => resolve(), { once: true })
  })
  log.info('stopping: what is in flight finishes, nothing new starts')
  const work = Promise.all([loop.ended, leading, watching, forwarder?.settled()])
  const over = new AbortController()
  const late = pause(flags.grace, over.signal).then(() => 'late' as const)
  if ((await Promise.race([work.then(() => 'done' as const), late])) === 'late') {
    log.warn(`what was in flight did not finish within ${flags.grace / 1000} s: its requests are cut`)
    connection.client.close()
    await work
  }
  over.abort()
  await late
  process.off('SIGHUP', onHangUp)
  log.info('stopped')
}

/** The lock of a state beside the state's own, so that the lead can be kept between runs and an apply still find it free. */
async function takeLead({ flags, io, log, connection, status }: Service, signal: AbortSignal): Promise<Leadership> {
  const { manifest } = await loadManifest(flags.file, io)
  const config = besideOf(manifest.state)
  if (config === null || flags.dryRun) return { lost: new AbortController().signal, release: async () => undefined }
  const store = openStateFor(config, connection.client.apiUrl, flags, io)
  return store.lock({
    operation: 'serve',
    timeoutMs: Number.POSITIVE_INFINITY,
    signal,
    onWait() {
      status.problem = null
      log.info('another instance works by the clock: this one stands by')
    },
  })
}

/** An http state has one lock, so there every instance works by its own clock, one run at a time. */
function besideOf(config: StateConfig): StateConfig | null {
  if (config.backend === 'http') return null
  if (config.backend === 'postgres') return { ...config, name: `${config.name} (serve)` }
  return { ...config, path: `${config.path ?? 'guestlist.state.json'}.serve` }
}

function tellStart(
  { flags, log }: Service,
  address: AddressInfo | string | null,
  { remote }: Listen,
  secret: string | null,
): void {
  const where =
    address === null || typeof address === 'string'
      ? ''
      : `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`
  log.info(
    `guestlist ${VERSION} serves ${where} every ${flags.interval / 1000} s, ${flags.removals ? 'with' : 'without'} removals`,
  )
  if (secret === null) log.info('no GUESTLIST_WEBHOOK_SECRET, so there is no /webhook')
  if (remote) log.warn('others can reach this address: a proxy has to guard it, for the page shows names and addresses')
}

function listening(server: ReturnType<typeof createStatusServer>, { host, port }: Listen): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', error => reject(new CommandError(`--listen: ${error.message}`, { cause: error })))
    server.listen(port, host, () => resolve())
  })
}

/** On Node's timers, whose clock nobody sets. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  delay(Math.min(ms, 2 ** 31 - 1), undefined, { signal }).catch(() => {})
