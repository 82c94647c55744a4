import t from 'tap'
import { oauthError, settingNames } from '../../src/auth/oauth-error.js'
import { Secret } from '../../src/http/secret.js'
import { ApiError, type ApiErrorKind } from '../../src/model/api-error.js'

const refusal = (error: string, facts: object = {}) => Object.assign(new Error('refused'), { error, ...facts })
const http = (status: number) =>
  new Error('unexpected HTTP response status code', { cause: new Response(null, { status }) })
const api = (kind: ApiErrorKind, permanent = false) =>
  new Error('something went wrong', { cause: new ApiError('it broke', { kind, permanent, advice: 'mend it' }) })

const NAMES = settingNames('BIMDATA')

t.test('which failures at the provider may pass', async t => {
  new Secret('hunter2-hunter2')
  const cases: [string, Error, ApiErrorKind, RegExp][] = [
    ['a wrong secret', refusal('invalid_client'), 'credentials', /invalid_client/],
    [
      'a described one',
      refusal('invalid_grant', { error_description: 'gone\nfor good' }),
      'credentials',
      /invalid_grant: gone for good/,
    ],
    [
      'one that echoes',
      refusal('x', { error_description: 'bad secret hunter2-hunter2' }),
      'credentials',
      /bad secret \[redacted\]/,
    ],
    ['one with colours', refusal('x', { error_description: '\u001b[31mred' }), 'credentials', /\(x: \[31mred\)/],
    ['a long one', refusal('x'.repeat(999)), 'credentials', /x{100}…/],
    ['overloaded', refusal('temporarily_unavailable'), 'not-sent', /temporarily/],
    ['a fault of the server', refusal('server_error', { status: 500 }), 'not-sent', /server_error/],
    ['HTTP 503', http(503), 'not-sent', /HTTP 503/],
    ['HTTP 429', http(429), 'not-sent', /HTTP 429/],
    ['HTTP 404', http(404), 'credentials', /HTTP 404/],
    ['timeout', api('timeout'), 'not-sent', /it broke/],
    ['network', api('network'), 'not-sent', /it broke/],
    ['a bad certificate', api('not-sent', true), 'credentials', /it broke/],
    ['a page', api('invalid-answer'), 'credentials', /it broke/],
    ['anything else', new Error('odd hunter2-hunter2'), 'credentials', /odd \[redacted\]/],
  ]
  for (const [name, error, kind, message] of cases) {
    t.match(oauthError(error, 'Doing it', NAMES), { kind, message, advice: /./ }, name)
    t.match(oauthError(error, 'Doing it', NAMES).message, /^Doing it: /)
  }
})
