import t from 'tap'
import { sandboxBanner } from '../../src/commands/sandbox.js'
import { DEMO_DATA } from '../../src/sandbox/demo-data.js'
import { startSandbox } from '../../src/sandbox/server.js'
import { breaks, call, INVITATIONS, idsOf, invitation, sandboxFor } from './fixtures/call.js'

t.test('without data there is a demonstration', async t => {
  const sandbox = await sandboxFor(t)
  t.match(sandbox.url, /^http:\/\/127\.0\.0\.1:\d+$/)
  t.strictSame((await call(sandbox, `GET ${INVITATIONS}`)).body, DEMO_DATA.invitations)
  t.strictSame([...new Set(DEMO_DATA.invitations.map(({ status }) => status))].sort(), ['A', 'D', 'P'])
  t.equal(new Set(DEMO_DATA.invitations.map(({ cloud_name }) => cloud_name)).size, 3)
})

t.test('a port that is taken', async t => {
  const sandbox = await sandboxFor(t)
  const port = Number(new URL(sandbox.url).port)
  await t.rejects(startSandbox({ port }), { message: `Port ${port} of 127.0.0.1 is in use. Choose another one.` })
})

t.test('close ends it, twice does no harm', async t => {
  const sandbox = await startSandbox()
  await call(sandbox, `GET ${INVITATIONS}`)
  await sandbox.close()
  await sandbox.close()
  t.ok(await breaks(call(sandbox, `GET ${INVITATIONS}`)))
})

t.test('tests may change things behind the API’s back', async t => {
  const sandbox = await sandboxFor(t, { data: { invitations: [invitation(1, 'P')], users: [] } })
  await call(sandbox, `GET ${INVITATIONS}`)
  await sandbox.setStatus(1, 'X')
  await sandbox.putInvitation(invitation(2, 'P'))
  await sandbox.putInvitation(invitation(2, 'D'))
  await sandbox.addUser('a@b.example')
  t.match((await call(sandbox, `GET ${INVITATIONS}`)).body, [{ status: 'X' }, { id: 2, status: 'D' }])
  t.strictSame(sandbox.users(), ['a@b.example'])
  t.strictSame(sandbox.effects(), [], 'these are no effects of the API')
  await t.rejects(sandbox.setStatus(3, 'A'), { message: 'The sandbox has no invitation 3.' })
})

t.test('calls are in the order of arrival, with their targets', async t => {
  const sandbox = await sandboxFor(t)
  await call(sandbox, `GET ${INVITATIONS}?status=P`)
  await call(sandbox, `POST ${INVITATIONS}/51/deny`)
  await call(sandbox, 'GET /nothing', { authorization: null })
  t.match(sandbox.calls(), [
    { operation: 'list', method: 'GET', path: `${INVITATIONS}?status=P`, status: 200, at: Number },
    { operation: 'deny', id: 51, status: 204 },
    { operation: null, path: '/nothing', status: 404 },
  ])
})

t.test('a hundred thousand invitations', async t => {
  const invitations = Array.from({ length: 100_000 }, (_, index) => invitation(index + 1, 'P'))
  const sandbox = await sandboxFor(t, { data: { invitations, users: [] } })
  t.equal(idsOf((await call(sandbox, `GET ${INVITATIONS}`)).body).length, 100_000)
  await call(sandbox, `POST ${INVITATIONS}/77777/accept`)
  t.strictSame(idsOf((await call(sandbox, `GET ${INVITATIONS}?status=A`)).body), [77777])
})

t.test('the banner can be pasted into a shell', async t => {
  t.equal(
    sandboxBanner({ url: 'http://127.0.0.1:4010', apiKey: 'abc' }),
    'http://127.0.0.1:4010\nexport BIMDATA_API_URL=http://127.0.0.1:4010\nexport BIMDATA_API_KEY=abc\n',
  )
  t.match(sandboxBanner({ url: 'http://[::1]:1', apiKey: "a'$(b)" }), /KEY='a'\\''\$\(b\)'\n$/)
  t.match(sandboxBanner({ url: 'http://[::1]:1', apiKey: 'a' }), /URL='http:\/\/\[::1\]:1'\n/)
})

t.test('however many requests and webhooks wait at once, Node warns of nothing', async t => {
  const warnings: Error[] = []
  const note = (warning: Error) => warnings.push(warning)
  process.on('warning', note)
  t.teardown(() => process.off('warning', note))
  const webhook = { url: 'http://127.0.0.1:9/', secret: 's', delayMs: 600_000 }
  const sandbox = await sandboxFor(t, { latencyMs: 50, webhook })
  await Promise.all(Array.from({ length: 20 }, (_, i) => sandbox.putInvitation(invitation(1000 + i, 'P'))))
  await Promise.all(Array.from({ length: 20 }, () => call(sandbox, `GET ${INVITATIONS}`)))
  await new Promise(resolve => setImmediate(resolve))
  t.strictSame(warnings, [])
})
