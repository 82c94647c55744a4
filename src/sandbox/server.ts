import { randomBytes } from 'node:crypto'
import { once, setMaxListeners } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AcceptedCredential, createAuthenticator } from './auth.js'
import { type Contract, loadContract } from './contract.js'
import { checkData } from './data-check.js'
import { createSaver, readDataFile, type Saver } from './data-file.js'
import { DEMO_DATA } from './demo-data.js'
import { createFaults } from './faults.js'
import { handle, type SandboxContext } from './handler.js'
import type { Sandbox, SandboxOptions } from './options.js'
import { createRouter } from './request.js'
import { SandboxStore } from './store.js'
import type { SandboxData } from './types.js'
import { createWebhooks } from './webhooks.js'

/** Longer than clients keep connections open, so that none is closed during a request. */
const KEEP_ALIVE_MS = 75_000

const NO_FILE: Saver = { changed: () => undefined, flush: async () => undefined }

const credentialOf = (credential: string | AcceptedCredential): AcceptedCredential =>
  typeof credential === 'string' ? { secret: credential } : credential

async function loadData({ data, dataFile }: SandboxOptions, { invitation }: Contract): Promise<SandboxData> {
  if (dataFile !== undefined) return readDataFile(dataFile, invitation)
  return checkData(data ?? DEMO_DATA, invitation, path => ['data', ...path].join('.'))
}

function authOf({ apiKeys = [], accessTokens = [], issuer }: SandboxOptions, apiKey: string) {
  return createAuthenticator({
    apiKeys: [{ secret: apiKey }, ...apiKeys],
    accessTokens: accessTokens.map(credentialOf),
    issuer: issuer ?? null,
  })
}

/** Loopback only, since the data may be a copy of real people's. */
const HOST = '127.0.0.1'

async function listen(server: Server, port: number): Promise<string> {
  server.listen(port, HOST)
  await once(server, 'listening').catch((error: unknown) => {
    const inUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    throw inUse ? new Error(`Port ${port} of ${HOST} is in use. Choose another one.`, { cause: error }) : error
  })
  const address = server.address()
  const bound = typeof address === 'object' && address !== null ? address.port : port
  return `http://${HOST}:${bound}`
}

/** A server for the context, and how to end it. */
async function serve(context: SandboxContext, { port = 0 }: SandboxOptions) {
  const running = new Set<Promise<void>>()
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    const handled = handle(context, request, response)
    running.add(handled)
    void handled.finally(() => running.delete(handled))
  })
  const url = await listen(server, port)
  const stop = async (): Promise<void> => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await Promise.all([closed, ...running])
  }
  return { url, stop }
}

/**
 * Starts the BIMData SSO API, as described by schemas/bimdata-sso.openapi.yaml, on loopback. Rejects if the data is
 * invalid or the port is in use.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const contract = await loadContract()
  const store = new SandboxStore(await loadData(options, contract))
  const faults = createFaults(options.seed ?? 1)
  for (const fault of options.faults ?? []) faults.add(fault)
  const apiKey = options.apiKey ?? randomBytes(20).toString('hex')
  const auth = authOf(options, apiKey)
  const { dataFile } = options
  const saver = dataFile === undefined ? NO_FILE : createSaver(dataFile, () => store.data())
  const webhooks = options.webhook === undefined ? null : createWebhooks(options.webhook, options.seed ?? 1)
  const closing = new AbortController()
  // Each waiting request adds a listener; Node would warn beyond ten.
  setMaxListeners(0, closing.signal)
  const context: SandboxContext = {
    router: createRouter(contract),
    faults,
    auth,
    store,
    changed: saver.changed,
    unknownUser: options.unknownUser ?? 404,
    forwardRemoval: options.forwardRemoval,
    latencyMs: options.latencyMs ?? 0,
    calls: [],
    closing: closing.signal,
  }
  const { url, stop } = await serve(context, options)
  const written = async (): Promise<void> => {
    saver.changed()
    await saver.flush()
  }
  let closed: Promise<void> | null = null

  return {
    url,
    apiKey,
    close: () => {
      closing.abort()
      webhooks?.close()
      closed ??= stop().then(saver.flush)
      return closed
    },
    invitations: () => store.data().invitations,
    users: () => store.data().users,
    clouds: () => store.clouds.all,
    calls: () => context.calls.map(call => ({ ...call })),
    effects: () => [...store.effects],
    addFault: faults.add,
    addAccessToken: token => auth.allow(credentialOf(token)),
    revoke: auth.revoke,
    setStatus: async (id, status) => {
      const invitation = store.find(id)
      if (invitation === undefined) throw new Error(`The sandbox has no invitation ${id}.`)
      store.put({ ...invitation, status })
      await written()
    },
    putInvitation: async invitation => {
      const isNew = store.find(invitation.id) === undefined
      store.put(invitation)
      if (isNew) webhooks?.announce(invitation)
      await written()
    },
    putCloud: async cloud => {
      store.clouds.put(cloud)
      await written()
    },
    addUser: async email => {
      store.addUser(email)
      await written()
    },
  }
}
