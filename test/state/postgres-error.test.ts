import pg from 'pg'
import t from 'tap'
import { GuestlistError } from '../../src/model/error.js'
import { postgresError } from '../../src/state/postgres-error.js'

const WHERE = 'postgres://db.example/guests#acme'

function answered(code: string | undefined, message = 'no'): pg.DatabaseError {
  const error = new pg.DatabaseError(message, message.length, 'error')
  error.code = code
  return error
}

const failed = (message: string, code?: string): Error =>
  Object.assign(new Error(message), code === undefined ? {} : { code })

const CASES: readonly (readonly [name: string, error: unknown, code: string, says: RegExp])[] = [
  ['a wrong password', answered('28P01'), 'state-credentials', /refused the password \(28P01: no\)/],
  ['no such database', answered('3D000'), 'state-config', /has no such database/],
  ['a standby', answered('25006'), 'state-unwritable', /accepts no writes.*primary/],
  ['a table of others', answered('42703'), 'state-broken', /not as guestlist creates it/],
  ['a code that is not known here', answered('XX000'), 'state-unwritable', /answered with an error \(XX000: no\)/],
  ['an answer without a code', answered(undefined), 'state-unwritable', /\(no code: no\)/],
  ['control characters in an answer', answered('XX000', 'a\u001b[2J'), 'state-unwritable', /^\P{Cc}*$/u],
  ['no password', failed('SASL: client password must be a string'), 'state-credentials', /asks for a password/],
  ['no TLS', failed('The server does not support SSL connections'), 'state-unreachable', /has no TLS/],
  [
    'a certificate',
    failed('self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT'),
    'state-unreachable',
    /cannot be trusted: self-signed/,
  ],
  [
    'nobody there',
    failed('connect ECONNREFUSED 127.0.0.1:1', 'ECONNREFUSED'),
    'state-unreachable',
    /reached: ECONNREFUSED\./,
  ],
  ['silence', failed('Query read timeout'), 'state-unreachable', /no answer in time/],
  ['a broken connection', failed('Connection terminated unexpectedly'), 'state-unreachable', /the connection ended/],
  ['anything else', failed('boom'), 'state-unreachable', /cannot be reached: boom/],
  ['what is no error', 'boom', 'state-unreachable', /cannot be reached: boom/],
]

for (const [name, error, code, says] of CASES) {
  t.test(name, async t => {
    const told = postgresError(error, WHERE)
    t.equal(told.code, code)
    t.match(told.message, says)
    t.match(told.message, WHERE)
  })
}

t.test('what is told already is passed on', async t => {
  const told = new GuestlistError('state-locked', 'It is locked.')
  t.equal(postgresError(told, WHERE), told)
})
