import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t, { type Test } from 'tap'
import { createLog } from '../../src/cli/log.js'
import { createReconciler } from '../../src/commands/serve/reconcile-run.js'
import { connect } from '../../src/commands/shared/connect.js'
import { loadManifest } from '../../src/commands/shared/load-manifest.js'
import { openStateFor } from '../../src/commands/shared/open-state.js'
import { createMetrics } from '../../src/serve/metrics.js'
import { ServiceStatus } from '../../src/serve/status.js'
import { COMMON_FLAGS, testIo } from '../helpers/command.js'

/** Of a run after another, in one process. `npm run endurance` takes 10,000; the suite fewer, for it is the slope that counts. */
const RUNS = process.env.GUESTLIST_RUNS === undefined ? 400 : Number(process.env.GUESTLIST_RUNS)

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** In a process of its own, for it remembers every call. */
async function sandboxOf(t: Test): Promise<Record<string, string>> {
  const program = fileURLToPath(new URL('../../bin/guestlist.js', import.meta.url))
  const child = spawn(process.execPath, [program, 'sandbox'], { env: {}, stdio: ['ignore', 'pipe', 'ignore'] })
  t.teardown(() => child.kill())
  let text = ''
  for await (const chunk of child.stdout) {
    text += chunk
    const found = [...text.matchAll(/^export (\w+)=(\S+)\n/gm)].map(([, name, value]) => [name, value])
    if (found.length === 2) return Object.fromEntries(found)
  }
  throw new Error('the sandbox ended')
}

t.test(`${RUNS} runs in one process leave no memory, listener or handle behind`, async t => {
  const env = await sandboxOf(t)
  const folder = t.testdir({
    'guestlist.yaml': 'apiVersion: guestlist/v1\ninvitations:\n  accept:\n    - email: "*@nobody.example"\n',
  })
  const io = { ...testIo(env), err: () => undefined, cwd: folder }
  let listeners = 0
  const { signal } = new AbortController()
  const counted = Object.create(signal, {
    aborted: { get: () => signal.aborted },
    addEventListener: {
      value: (...args: Parameters<AbortSignal['addEventListener']>) => {
        listeners++
        signal.addEventListener(...args)
      },
    },
    removeEventListener: {
      value: (...args: Parameters<AbortSignal['removeEventListener']>) => {
        listeners--
        signal.removeEventListener(...args)
      },
    },
  })
  const own = { ...io, interrupt: counted }
  const flags = {
    ...COMMON_FLAGS,
    apiUrl: env.BIMDATA_API_URL,
    protect: [],
    now: undefined,
    maxRemovals: undefined,
    noLoss: false,
    approval: [],
    allowedSigners: undefined,
    author: undefined,
    requiredApprovals: undefined,
    requiredApprovalsFor: undefined,
    parallelism: 10,
    acceptAbsent: false,
    auditLog: undefined,
    lockTimeout: 0,
    removals: false,
    dryRun: false,
  }
  const connection = await connect(flags, own, { finishInFlight: true })
  t.teardown(() => connection.client.close())
  const status = new ServiceStatus({ version: '0', apiUrl: '', removals: false, dryRun: false })
  const reconciler = createReconciler({
    sources: {
      load: () => loadManifest([], own),
      openStore: config => openStateFor(config, env.BIMDATA_API_URL ?? '', flags, own),
    },
    flags,
    io: own,
    log: createLog('off', own),
    connection,
    status,
    metrics: createMetrics('0'),
  })
  const collect = () => {
    collectGarbage()
    return process.memoryUsage().heapUsed
  }
  const runs = async (count: number) => {
    for (let run = 0; run < count; run++) if (!(await reconciler.run(['interval']))) throw new Error('a run failed')
  }
  await runs(100)
  const [early, handles, before] = [collect(), process.getActiveResourcesInfo().length, listeners]
  await runs(RUNS - 100)
  const late = collect()
  t.equal(listeners, before, 'as many listeners as after 100')
  t.ok(process.getActiveResourcesInfo().length <= handles + 2, 'as many handles')
  t.ok(late <= early * 1.1, `${(late / 2 ** 20).toFixed(1)} MiB, ${(early / 2 ** 20).toFixed(1)} after 100`)
})
