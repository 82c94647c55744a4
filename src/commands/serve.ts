import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { ConcurrencyFlags } from '../cli/common-options.js'
import { type Io, withIo } from '../cli/io.js'
import { createLog, type Log } from '../cli/log.js'
import { flagName } from '../cli/option.js'
import { findOnlySecret } from '../http/env-secret.js'
import { createTransport } from '../http/transport.js'
import { EXIT, type ExitCode, GuestlistError } from '../model/error.js'
import { createMetrics, type Metrics } from '../serve/metrics.js'
import { ServiceStatus } from '../serve/status.js'
import { createStatusServer } from '../serve/status-server.js'
import { settledManifest, watchManifest } from '../serve/watch-manifest.js'
import { createForwarder, type Forwarder } from '../serve/webhook.js'
import { VERSION } from '../version.js'
import { forwardUrl, type Listen, listening, listenOf } from './serve/addresses.js'
import { type Instance, startInstance, takeLead } from './serve/instance.js'
import { createReconciler, type RunFlags, type ServeReconciler, type Sources } from './serve/reconcile-run.js'
import { type Connection, connect } from './shared/connect.js'
import { loadManifest } from './shared/load-manifest.js'
import { openStateFor } from './shared/open-state.js'
import { DEFAULT_MANIFEST } from './shared/sources.js'
import { wireOf } from './shared/wire-options.js'

export type ServeFlags = RunFlags &
  ConcurrencyFlags & {
    readonly interval: number
    readonly listen: string | undefined
    readonly allowRemote: boolean
    readonly once: boolean
    readonly forward: string | undefined
    readonly grace: number
    readonly logFormat: 'text' | 'json'
  }

interface Service {
  readonly flags: ServeFlags
  readonly io: Io
  readonly log: Log
  readonly connection: Connection
  readonly status: ServiceStatus
  readonly metrics: Metrics
  readonly reconciler: ServeReconciler
  readonly sources: Sources
}

/** Plans and applies repeatedly until SIGTERM or SIGINT; with `--once`, just once. */
export async function serve(flags: ServeFlags, outer: Io): Promise<ExitCode> {
  refuseVoid(flags)
  const listen = listenOf(flags)
  const io = serviceIo(outer, flags.logFormat)
  const log = createLog(flags.logLevel, io)
  const forwardTo = forwardUrl(flags, listen)
  const secret = flags.once ? null : await findOnlySecret(io.env, 'GUESTLIST_WEBHOOK_SECRET')
  if (forwardTo !== null && secret === null) {
    throw new GuestlistError(
      'usage',
      '--forward needs GUESTLIST_WEBHOOK_SECRET: without it there is no webhook to pass on',
    )
  }
  const connection = await connect(flags, io, { ...flags, finishInFlight: true })
  const { apiUrl } = connection.client
  const status = new ServiceStatus({ version: VERSION, apiUrl, removals: flags.removals, dryRun: flags.dryRun })
  const metrics = createMetrics(VERSION)
  const waiting = { sleep: connection.clock.sleep, stop: io.interrupt }
  const sources: Sources = {
    load: settledManifest(pathsOf(flags), io.cwd, () => loadManifest(flags.file, io), waiting),
    openStore: config => openStateFor(config, apiUrl, flags, io),
  }
  const reconciler = createReconciler({ sources, flags, io, log, connection, status, metrics })
  try {
    if (flags.once) return await reconciler.once()
    const service = { flags, io, log, connection, status, metrics, reconciler, sources }
    return await runService(service, listen, secret?.value.reveal() ?? null, forwardTo)
  } finally {
    connection.client.close()
  }
}

/** Flags that have no effect with `--once`. */
const OF_SERVICE = ['interval', 'listen', 'allowRemote', 'forward', 'grace'] as const

const pathsOf = ({ file }: ServeFlags): readonly string[] => (file.length === 0 ? [DEFAULT_MANIFEST] : file)

/** @throws GuestlistError for flags that would have no effect, or could not work */
function refuseVoid({ file, once, given }: ServeFlags): void {
  if (file.includes('-'))
    throw new GuestlistError('usage', 'serve reads its manifest again for each run: name a file, not -')
  const idle = OF_SERVICE.find(flag => given.has(flag))
  if (once && idle !== undefined)
    throw new GuestlistError(
      'usage',
      `--${flagName(idle)} has no effect with --once, which runs one time and does not listen`,
    )
}

/** How long a receiver of forwarded webhooks may take to answer. */
const FORWARD_MS = 10_000

async function runService(
  service: Service,
  listen: Listen,
  secret: string | null,
  forwardTo: URL | null,
): Promise<ExitCode> {
  const { flags, io, log, connection, status, metrics, reconciler, sources } = service
  const stop = io.interrupt
  let instance: Instance | null = null
  let ended = false
  const transport = createTransport({ ...wireOf(flags, io), timeoutMs: FORWARD_MS })
  const forwarder =
    forwardTo === null
      ? null
      : createForwarder(forwardTo, transport, (result, why) => {
          metrics.webhook(result)
          if (result === 'forward_failed') log.warn('webhook_not_forwarded', `a webhook could not be passed on: ${why}`)
        })
  const server = createStatusServer({
    status,
    metrics,
    isAlive: () => !ended,
    secret,
    hosts: listen.remote ? null : ['localhost', '127.0.0.1', '[::1]', listen.host],
    onWebhook(delivery) {
      if (stop.aborted || instance === null) return false
      instance.loop.trigger('webhook')
      forwarder?.forward(delivery)
      return true
    },
  })
  try {
    await listening(server, listen)
    logStart(service, server.address(), listen, secret)
    instance = startInstance({
      reconciler,
      takeLead: waiting => takeLead(sources, flags.dryRun, waiting),
      status,
      metrics,
      log,
      clock: connection.clock,
      intervalMs: flags.interval,
      stop,
    })
    void instance.loop.ended.then(() => {
      ended = true
    })
    return await untilStopped(service, instance, forwarder)
  } finally {
    transport.close()
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }
}

/** @return done, or partial if requests in flight had to be cut off */
async function untilStopped(
  service: Service,
  { loop, leading }: Instance,
  forwarder: Forwarder | null,
): Promise<ExitCode> {
  const { flags, io, log, connection, status } = service
  const stop = io.interrupt
  const { sleep } = connection.clock
  const onHangUp = () => loop.trigger('signal')
  process.on('SIGHUP', onHangUp)
  const watching = watchManifest(pathsOf(flags), io.cwd, () => loop.trigger('manifest'), { sleep, stop })
  if (!stop.aborted) await once(stop, 'abort')
  status.problem = 'It is stopping.'
  log.info('stopping: what is in flight finishes, nothing new starts')
  const work = Promise.all([loop.ended, leading, watching, forwarder?.settled()])
  const exitCode = await withinGrace(service, work)
  process.off('SIGHUP', onHangUp)
  return exitCode
}

/** How long a run may take to report after its requests were cut off. */
const REPORT_MS = 2_000

/** Waits for work in flight. After `--grace`, cuts off its requests and ends the process, even if something hangs. */
async function withinGrace({ flags, io, log, connection }: Service, work: Promise<unknown>): Promise<ExitCode> {
  const endsWithin = async (ms: number): Promise<boolean> => {
    const over = new AbortController()
    const ended = await Promise.race([work.then(() => true), connection.clock.sleep(ms, over.signal).then(() => false)])
    over.abort()
    return ended
  }
  if (await endsWithin(flags.grace)) {
    log.info('stopped')
    return EXIT.done
  }
  log.warn('grace_exceeded', `what was in flight did not finish within ${flags.grace / 1000} s: its requests are cut`)
  connection.client.close()
  if (await endsWithin(REPORT_MS)) return EXIT.partial
  log.warn('grace_exceeded', 'something hangs: the process ends without it')
  io.end?.(EXIT.partial)
  return EXIT.partial
}

function logStart(
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
  if (remote)
    log.warn(
      'remote_listener',
      '--allow-remote: a proxy has to guard this address, for the page shows names and addresses to whoever reaches it',
    )
}

/** An io without a terminal, whose log lines carry the time or are JSON objects with `time`, `level` and `message`. */
function serviceIo(io: Io, format: 'text' | 'json'): Io {
  const line = (text: string): string => {
    const [, level = 'info', message = text] = /^(error|warn|info|debug|trace): (.*)$/s.exec(text) ?? []
    const time = new Date().toISOString()
    return format === 'json' ? JSON.stringify({ time, level, message }) : `${time} ${level} ${message}`
  }
  return withIo(io, {
    err(text) {
      for (const part of text.split('\n')) if (part.trim() !== '') io.err(`${line(part)}\n`)
    },
    status: undefined,
    outIsTerminal: false,
    errIsTerminal: false,
  })
}
