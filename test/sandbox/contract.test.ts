import { readFile } from 'node:fs/promises'
import t from 'tap'
import { parse } from 'yaml'
import { loadContract } from '../../src/sandbox/contract.js'
import { type CallOptions, call, INVITATIONS, invitation, sandboxFor, USER } from './fixtures/call.js'

const json = { 'content-type': 'application/json' }
const withBody = (body: unknown): CallOptions => ({ headers: json, body: JSON.stringify(body) })

type Row = readonly [string, string, string, number, CallOptions?]

/** A request line and what it must be answered, for each code that the contract documents and the API gives itself. */
const ANSWERS: readonly Row[] = [
  ['list', 'a good key', `GET ${INVITATIONS}`, 200],
  ['list', 'a status that there is not', `GET ${INVITATIONS}?status=Z`, 400],
  ['list', 'an empty status', `GET ${INVITATIONS}?status=`, 400],
  ['list', 'two statuses', `GET ${INVITATIONS}?status=A&status=P`, 400],
  ['list', 'no key', `GET ${INVITATIONS}`, 401, { authorization: null }],
  ['list', 'a key without the scope', `GET ${INVITATIONS}`, 403, { authorization: 'ApiKey small' }],
  ['get', 'an invitation', `GET ${INVITATIONS}/7`, 200],
  ['get', 'a wrong key', `GET ${INVITATIONS}/7`, 401, { authorization: 'ApiKey wrong' }],
  ['get', 'a key without the scope', `GET ${INVITATIONS}/7`, 403, { authorization: 'ApiKey small' }],
  ['get', 'no such invitation', `GET ${INVITATIONS}/8`, 404],
  ['get', 'a word for an id', `GET ${INVITATIONS}/seven`, 404],
  ['get', 'a fraction for an id', `GET ${INVITATIONS}/7.5`, 404],
  ['get', 'an exponent for an id', `GET ${INVITATIONS}/7e0`, 404],
  ['get', 'an id past every number', `GET ${INVITATIONS}/${'9'.repeat(40)}`, 404],
  ['accept', 'a pending invitation', `POST ${INVITATIONS}/7/accept`, 204],
  ['accept', 'a status that nobody knows', `POST ${INVITATIONS}/6/accept`, 400],
  ['accept', 'a wrong key', `POST ${INVITATIONS}/7/accept`, 401, { authorization: 'ApiKey wrong' }],
  ['accept', 'a key without the scope', `POST ${INVITATIONS}/7/accept`, 403, { authorization: 'ApiKey small' }],
  ['accept', 'no such invitation', `POST ${INVITATIONS}/8/accept`, 404],
  ['accept', 'a word for an id', `POST ${INVITATIONS}/seven/accept`, 404],
  ['deny', 'a pending invitation', `POST ${INVITATIONS}/7/deny`, 204],
  ['deny', 'an accepted invitation', `POST ${INVITATIONS}/5/deny`, 400],
  ['deny', 'a wrong key', `POST ${INVITATIONS}/7/deny`, 401, { authorization: 'ApiKey wrong' }],
  ['deny', 'a key without the scope', `POST ${INVITATIONS}/7/deny`, 403, { authorization: 'ApiKey small' }],
  ['deny', 'no such invitation', `POST ${INVITATIONS}/8/deny`, 404],
  ['remove', 'a user', `DELETE ${USER}`, 204, withBody({ email: 'bob@acme.example' })],
  ['remove', 'a user, and a field more', `DELETE ${USER}`, 204, withBody({ email: 'bob@acme.example', a: 1 })],
  ['remove', 'no e-mail', `DELETE ${USER}`, 400, withBody({})],
  ['remove', 'a number for an e-mail', `DELETE ${USER}`, 400, withBody({ email: 7 })],
  ['remove', 'no address', `DELETE ${USER}`, 400, withBody({ email: 'bob' })],
  ['remove', 'an e-mail too long', `DELETE ${USER}`, 400, withBody({ email: `bob@${'a'.repeat(300)}` })],
  ['remove', 'a list', `DELETE ${USER}`, 400, withBody(['bob@acme.example'])],
  ['remove', 'null', `DELETE ${USER}`, 400, withBody(null)],
  ['remove', 'broken JSON', `DELETE ${USER}`, 400, { headers: json, body: '{"email":' }],
  ['remove', 'no body', `DELETE ${USER}`, 400],
  ['remove', 'a form', `DELETE ${USER}`, 400, { body: 'email=bob@acme.example' }],
  ['remove', 'a wrong key', `DELETE ${USER}`, 401, { ...withBody({ email: 'b@a' }), authorization: 'ApiKey wrong' }],
  ['remove', 'a small key', `DELETE ${USER}`, 403, { ...withBody({ email: 'b@a' }), authorization: 'ApiKey small' }],
  ['clouds', 'a good key', 'GET /cloud', 200],
  ['clouds', 'a wrong key', 'GET /cloud', 401, { authorization: 'ApiKey wrong' }],
  ['clouds', 'a small key', 'GET /cloud', 403, { authorization: 'ApiKey small' }],
  ...(['user', 'size', 'project'] as const).flatMap((what): Row[] => {
    const operation = what === 'user' ? 'members' : what === 'size' ? 'size' : 'projects'
    return [
      [operation, 'a cloud', `GET /cloud/7/${what}`, 200],
      [operation, 'a wrong key', `GET /cloud/7/${what}`, 401, { authorization: 'ApiKey wrong' }],
      [operation, 'a small key', `GET /cloud/7/${what}`, 403, { authorization: 'ApiKey small' }],
      [operation, 'a cloud that is denied', `GET /cloud/8/${what}`, 403],
      [operation, 'no such cloud', `GET /cloud/9/${what}`, 404],
      [operation, 'a word for an id', `GET /cloud/seven/${what}`, 404],
    ]
  }),
  ['remove', 'nobody', `DELETE ${USER}`, 404, withBody({ email: 'nobody@acme.example' })],
]

const CODES_TO_COME = new Map([
  ['list', [404, 500]],
  ['get', [400, 500]],
  ['accept', [500]],
  ['deny', [500]],
  ['remove', [500]],
  ['clouds', [404, 500]],
  ['members', [500]],
  ['size', [500]],
  ['projects', [500]],
])

for (const [operation, what, line, status, options] of ANSWERS) {
  t.test(`${operation}, ${what}: ${status}`, async t => {
    const sandbox = await sandboxFor(t, {
      apiKeys: [{ secret: 'small', scopes: ['user:read'] }],
      data: {
        invitations: [invitation(5, 'A'), invitation(6, 'X'), invitation(7, 'P')],
        users: ['bob@acme.example'],
        clouds: [
          { id: 7, name: 'Tower A', members: [] },
          { id: 8, name: 'Tower B', members: [], denied: true },
        ],
      },
    })
    const got = await call(sandbox, line, options)
    t.equal(got.status, status)
    if (status >= 400) t.match(got.body, { code: String, detail: String })
    if (status >= 400) t.strictSame(sandbox.effects(), [])
    const found = (await loadContract()).operations.find(item => item.operation === operation)
    t.ok(found?.statuses.includes(status), 'the contract documents it')
    t.match(sandbox.calls(), [{ operation, status }])
  })
}

t.test('the table has every documented code, but for those that only a fault gives', async t => {
  for (const { operation, statuses } of (await loadContract()).operations) {
    const tested = ANSWERS.filter(([name]) => name === operation).map(([, , , status]) => status)
    const all = [...new Set([...tested, ...(CODES_TO_COME.get(operation) ?? [])])]
    t.strictSame(all.sort(), [...statuses].sort(), operation)
  }
})

t.test('the contract has the reference’s operations', async t => {
  const { operations } = await loadContract()
  t.strictSame(
    operations.map(({ method, path }) => `${method} ${path}`),
    [
      `GET ${INVITATIONS}`,
      `GET ${INVITATIONS}/{id}`,
      `POST ${INVITATIONS}/{id}/accept`,
      `POST ${INVITATIONS}/{id}/deny`,
      `DELETE ${USER}`,
      'GET /cloud',
      'GET /cloud/{id}/user',
      'GET /cloud/{id}/size',
      'GET /cloud/{id}/project',
    ],
  )
  const codes = ['200', '204', '400', '401', '403', '404', '500']
  const document = parse(await readFile(new URL('../../schemas/bimdata-sso.openapi.yaml', import.meta.url), 'utf8'))
  const schemes = document.components.securitySchemes
  t.strictSame(Object.keys(schemes), ['ApiKey', 'bimdata_connect', 'client_credentials'])
  t.match(schemes.ApiKey, { type: 'apiKey', in: 'header', name: 'Authorization' })
  t.strictSame([...new Set(operations.flatMap(({ statuses }) => statuses))].sort().map(String), codes)
})

t.test('what the sandbox answers is an Invitation of the contract', async t => {
  const { invitation: valid } = await loadContract()
  const sandbox = await sandboxFor(t)
  const { body } = await call(sandbox, `GET ${INVITATIONS}`)
  t.ok(Array.isArray(body) && body.length >= 10)
  for (const item of Array.isArray(body) ? body : []) t.ok(valid(item), `${JSON.stringify(valid.errors)}`)
})
