import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Sandbox } from '../../src/sandbox/options.js'
import { serve as serveHttp } from '../helpers/http.js'
import { freePort } from '../helpers/postgres.js'
import { lateness, post, SECRET, serve, sign, until } from '../helpers/serve.js'
import { invitation, world } from '../helpers/world.js'

const MANIFEST = `invitations:
  accept:
    - email: "*@acme.example"
`
const WITH_SECRET = { GUESTLIST_WEBHOOK_SECRET: SECRET }

/** Seconds of the storm; the specification's ten by `npm run endurance`. */
const STORM_SECONDS = process.env.GUESTLIST_RUNS === undefined ? 2 : 10

const accepted = (sandbox: Sandbox, wanted: number) =>
  sandbox.invitations().some(({ id, status }) => id === wanted && status === 'A')
const callsOf = (sandbox: Sandbox, wanted: string) => sandbox.calls().filter(({ operation }) => operation === wanted)

t.test('a webhook leads to an accept within 2 × (list + accept) + 300 ms, and what a busy machine adds', async t => {
  const latencyMs = 100
  const { folder, env, sandbox } = await world(t, MANIFEST, [], { latencyMs })
  const served = await serve(t, folder, { ...env, ...WITH_SECRET }, ['--interval', '1h'])
  await served.logged(/No changes/)
  const took: number[] = []
  for (let id = 1; id <= 5; id++) {
    await sandbox.putInvitation(invitation(id, `p${id}@acme.example`))
    const began = performance.now()
    t.equal((await post(served.url, '{"id": 999, "email": "eve@rival.example"}')).status, 204)
    await until(() => accepted(sandbox, id))
    took.push(Math.round(performance.now() - began))
    await until(async () => (await served.status()).runs.length === id + 1)
  }
  const median = took.sort((a, b) => a - b)[2] ?? Number.POSITIVE_INFINITY
  const bound = 2 * (latencyMs + latencyMs) + 300 + (await lateness(served))
  t.ok(median <= bound, `${took} ms, at most ${Math.round(bound)}`)
})

t.test('bad signatures, large bodies, and what is passed on', async t => {
  const { folder, env, sandbox } = await world(t, MANIFEST, [])
  const passed: { body: string; signature: unknown; type: unknown }[] = []
  const url = await serveHttp(t, (request, response, body) => {
    passed.push({ body, signature: request.headers['x-bimdata-signature'], type: request.headers['content-type'] })
    response.writeHead(204).end()
  })
  const served = await serve(t, folder, { ...env, ...WITH_SECRET }, ['--interval', '1h', '--forward', `${url}/in`])
  await served.logged(/No changes/)
  const body = '{ "id":  1, "e": "é" }\n'
  t.equal((await post(served.url, body, null)).status, 401)
  t.equal((await post(served.url, body, '')).status, 401)
  t.equal((await post(served.url, body, sign(body, 'another'))).status, 401)
  t.equal((await post(served.url, body, sign(`${body} `))).status, 401)
  t.equal((await post(served.url, 'x'.repeat(65_537))).status, 413)
  t.equal((await served.get('/webhook')).status, 404, 'it is there for POST alone')
  await sleep(200)
  t.equal(callsOf(sandbox, 'list').length, 1, 'what was not taken asks for nothing')
  t.equal((await post(served.url, 'x'.repeat(65_536))).status, 204)
  t.equal((await post(served.url, body)).status, 204)
  t.equal((await post(served.url, body)).status, 204, 'a replay only asks for another run')
  await until(() => passed.length === 3)
  t.match(passed[1], { body, signature: sign(body), type: /^text\/plain/ })
  await until(async () => /webhooks_total{result="forwarded"} 3/.test(await (await served.get('/metrics')).text()))
  t.match(await (await served.get('/metrics')).text(), 'guestlist_webhooks_total{result="bad_signature"} 4')
})

t.test('who opens a connection and says nothing, or says it slowly, is cut after ten seconds', async t => {
  const { folder, env } = await world(t, MANIFEST, [])
  const served = await serve(t, folder, { ...env, ...WITH_SECRET }, ['--interval', '1h'])
  const began = performance.now()
  const cut = ['', 'GET /livez HTTP/1.1\r\n', 'POST /webhook HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n'].map(
    async (start, at) => {
      const socket = connect(Number(new URL(served.url).port), '127.0.0.1').on('error', () => undefined)
      socket.write(start)
      const slow = at === 0 ? undefined : setInterval(() => socket.write(at === 1 ? 'x: y\r\n' : 'a'), 500)
      await once(socket.resume(), 'close')
      clearInterval(slow)
      return performance.now() - began
    },
  )
  for (const took of await Promise.all(cut)) t.ok(took < 16_000, `${took} ms`)
})

t.test('--forward in a circle: refused where it is our own address, and a loop by way of others ends', async t => {
  const { folder, env, run } = await world(t, MANIFEST, [])
  for (const url of ['http://127.0.0.1:8080/webhook', 'http://localhost:8080/x', 'http://[::1]:8080/'])
    t.match(await run(['serve', '--forward', url], { env: WITH_SECRET }), {
      code: 1,
      stderr: /is where this service listens itself/,
    })
  let back = ''
  let calls = 0
  const others = await serveHttp(t, async (request, response, body) => {
    calls++
    const headers = {
      'x-bimdata-signature': `${request.headers['x-bimdata-signature']}`,
      via: `${request.headers.via}, 1.1 proxy`,
    }
    response.writeHead((await fetch(`${back}/webhook`, { method: 'POST', body, headers })).status).end()
  })
  const served = await serve(t, folder, { ...env, ...WITH_SECRET }, ['--interval', '1h', '--forward', others])
  back = served.url
  await served.logged(/No changes/)
  t.equal((await post(served.url, '{}')).status, 204)
  await served.logged(/could not be passed on: it came back here, in a loop/)
  t.equal(calls, 1)
  t.match(await (await served.get('/metrics')).text(), 'guestlist_webhooks_total{result="loop"} 1')
  t.equal((await post(served.url, 'x', '00')).status, 401, 'nobody unsigned is told more')
})

t.test(
  'who does not take what is passed on is asked again, and then that is said; the run is none of theirs',
  async t => {
    const { folder, env, sandbox } = await world(t, MANIFEST, [])
    let calls = 0
    const url = await serveHttp(t, (_, response) => {
      calls++
      response.writeHead(503).end()
    })
    const served = await serve(t, folder, { ...env, ...WITH_SECRET }, ['--interval', '1h', '--forward', url])
    await served.logged(/No changes/)
    await sandbox.putInvitation(invitation(1, 'a@acme.example'))
    t.equal((await post(served.url, '{}')).status, 204)
    await until(() => accepted(sandbox, 1))
    await served.logged(/a webhook could not be passed on: it answered 503/)
    t.equal(calls, 3)
    t.match(await (await served.get('/metrics')).text(), 'guestlist_webhooks_total{result="forward_failed"} 1')
    t.equal(await served.end('SIGTERM'), 0)
  },
)

t.test(`500 webhooks a second, every third badly signed: taken, and never two runs at once`, async t => {
  const { folder, env, sandbox } = await world(t, MANIFEST, [], { latencyMs: 20 })
  const served = await serve(t, folder, { ...env, ...WITH_SECRET }, ['--interval', '1h', '--log-format', 'json'])
  await served.logged(/No changes/)
  const ticks = STORM_SECONDS * 50
  const statuses = new Map<number, number>()
  const began = performance.now()
  const calls: Promise<void>[] = []
  for (let tick = 0; tick < ticks; tick++) {
    for (let call = 0; call < 10; call++) {
      const body = `{"id":${tick * 10 + call}}`
      const signature = call % 3 === 0 ? '00' : sign(body)
      calls.push(
        post(served.url, body, signature).then(({ status }) => {
          statuses.set(status, (statuses.get(status) ?? 0) + 1)
        }),
      )
    }
    if (tick === ticks / 2) await sandbox.putInvitation(invitation(5, 'mid@acme.example'))
    await sleep(Math.max(0, began + tick * 20 - performance.now()))
  }
  await Promise.all(calls)
  t.strictSame(Object.fromEntries(statuses), { 204: ticks * 6, 401: ticks * 4 })
  await until(() => accepted(sandbox, 5))
  const last = performance.now()
  t.equal((await post(served.url, '{}')).status, 204)
  await until(async () => {
    const [run] = (await served.status()).runs
    return run !== undefined && Date.parse(run.started) >= performance.timeOrigin + last - 1
  })
  const runs = (await served.status()).runs.map(
    ({ started, duration_ms }) => [Date.parse(started), duration_ms] as const,
  )
  for (const [at, [start]] of runs.entries()) {
    const [before, took] = runs[at + 1] ?? [0, 0]
    if (start < before + took - 2) t.fail(`a run began at ${start}, while the one of ${before} took ${took} ms`)
  }
  const lists = callsOf(sandbox, 'list').length
  t.ok(lists < (STORM_SECONDS + 3) * 50, `${lists} reads of the list for ${ticks * 6} webhooks`)
  t.equal(await served.end('SIGTERM'), 0)
  t.equal(sandbox.effects().length, 1)
})

t.test("the sandbox's own webhooks: repeated and late, each new invitation is accepted, once", async t => {
  const port = await freePort()
  const webhook = { url: `http://127.0.0.1:${port}/webhook`, secret: SECRET, repeat: 0.5, delayMs: 300 }
  const { folder, env, sandbox } = await world(t, MANIFEST, [], { webhook })
  const served = await serve(t, folder, { ...env, ...WITH_SECRET }, [
    '--interval',
    '1h',
    '--listen',
    `127.0.0.1:${port}`,
  ])
  await served.logged(/No changes/)
  for (let id = 1; id <= 10; id++) await sandbox.putInvitation(invitation(id, `p${id}@acme.example`))
  await until(() => sandbox.invitations().every(({ status }) => status === 'A'))
  const ids = callsOf(sandbox, 'accept').map(({ id }) => id)
  t.equal(ids.length, new Set(ids).size, 'none was accepted twice')
  const taken = /webhooks_total{result="accepted"} (\d+)/
  let count = 0
  await until(async () => {
    count = Number(taken.exec(await (await served.get('/metrics')).text())?.[1])
    return count > 10
  })
  t.ok(count <= 20, `${count} calls for ten invitations`)
})

t.test('a lost webhook is made good by the interval', async t => {
  const port = await freePort()
  const webhook = { url: `http://127.0.0.1:${port}/webhook`, secret: SECRET, lose: 1 }
  const { folder, env, sandbox } = await world(t, MANIFEST, [], { webhook })
  const listen = ['--listen', `127.0.0.1:${port}`]
  const served = await serve(t, folder, { ...env, ...WITH_SECRET }, ['--interval', '1s', ...listen])
  await served.logged(/No changes/)
  await sandbox.putInvitation(invitation(1, 'a@acme.example'))
  await until(() => accepted(sandbox, 1))
  t.match(await (await served.get('/metrics')).text(), 'guestlist_webhooks_total{result="accepted"} 0')
})
