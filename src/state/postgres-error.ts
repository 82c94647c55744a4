import pg from 'pg'
import type { ErrorCode } from '../model/codes.gen.js'
import { GuestlistError, messageOf } from '../model/error.js'
import { errnoOf } from '../system/errno.js'
import { plain } from '../system/lock-info.js'

type ErrorText = readonly [code: ErrorCode, what: string, advice: string]

/** By SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const BY_SQLSTATE: Readonly<Record<string, ErrorText>> = {
  '28P01': [
    'state-credentials',
    'refused the password',
    'Check the user and the password (GUESTLIST_STATE_POSTGRES, PGPASSWORD or ~/.pgpass).',
  ],
  '28000': ['state-credentials', 'refused the user', "Check the role, and the server's pg_hba.conf."],
  '3D000': [
    'state-config',
    'has no such database',
    'Check the name in GUESTLIST_STATE_POSTGRES or PGDATABASE, or create it: guestlist creates tables, not databases.',
  ],
  '42501': [
    'state-credentials',
    'does not allow the role to do this',
    'The role needs: GRANT SELECT, INSERT, UPDATE ON guestlist_state TO the role.',
  ],
  '25006': [
    'state-unwritable',
    'accepts no writes (it is a standby, or its transactions are read-only)',
    'Use the address of the primary.',
  ],
  '42703': [
    'state-broken',
    'has a table guestlist_state that is not as guestlist creates it',
    'Use another database or schema, or repair the table.',
  ],
  '22P05': [
    'state-unwritable',
    'cannot store the state',
    'A reason or an address holds a character that PostgreSQL cannot store.',
  ],
  '53100': ['state-unwritable', 'has no space left on its disk', 'Free some space, and run again.'],
  '53300': ['state-unreachable', 'has no connection left', 'Raise max_connections, or end other connections.'],
  '55P03': [
    'state-unreachable',
    'did not release a row in time',
    'Another session holds it open: look at pg_stat_activity.',
  ],
  '57014': ['state-unreachable', 'was too slow', 'Check the load of the server.'],
  '57P01': ['state-unreachable', 'ended the connection (an administrator, or a shutdown)', 'Run again.'],
  '57P02': ['state-unreachable', 'ended the connection (a crash of the server)', 'Run again.'],
  '57P03': ['state-unreachable', 'accepts no connections at the moment: it is starting or stopping', 'Try again.'],
  '57P05': ['state-unreachable', 'ended the connection because it was idle too long', 'Run again.'],
}

const TLS_ADVICE =
  'Name the authority with sslrootcert (PGSSLROOTCERT), and the host as its certificate does. ' +
  'sslmode says what is checked: verify-full, verify-ca, require, prefer or disable.'

/** @return a GuestlistError with a readable message. It holds no password: neither the server nor the network repeats it */
export function postgresError(error: unknown, where: string): GuestlistError {
  if (error instanceof GuestlistError) return error
  const [code, what, advice] = wordsOf(error)
  return new GuestlistError(code, `The database of the state, ${where}, ${what}. ${advice}`, { cause: error })
}

function wordsOf(error: unknown): ErrorText {
  if (error instanceof pg.DatabaseError) {
    const known = BY_SQLSTATE[error.code ?? '']
    const reported = `(${plain(error.code ?? 'no code')}: ${plain(error.message)})`
    if (known !== undefined) return [known[0], `${known[1]} ${reported}`, known[2]]
    return ['state-unwritable', `answered with an error ${reported}`, 'Check the log of the server.']
  }
  const message = messageOf(error)
  const code = errnoOf(error) ?? ''
  if (/password must be a/.test(message)) {
    return ['state-credentials', 'asks for a password', 'Set it in GUESTLIST_STATE_POSTGRES, PGPASSWORD or ~/.pgpass.']
  }
  if (message === 'The server does not support SSL connections') return ['state-unreachable', 'has no TLS', TLS_ADVICE]
  if (/CERT|SSL|TLS|UNABLE_TO/.test(code))
    return ['state-unreachable', `cannot be trusted: ${plain(message)}`, TLS_ADVICE]
  return [
    'state-unreachable',
    `cannot be reached: ${reasonOf(code, message)}`,
    'Check the address, the network, and whether the server runs.',
  ]
}

const REASONS: Readonly<Record<string, string>> = {
  'timeout expired': 'no answer in time',
  'Query read timeout': 'no answer in time',
  'Connection terminated unexpectedly': 'the connection ended',
}

/** System errors repeat the address in their message. */
const reasonOf = (code: string, message: string): string => code || (REASONS[message] ?? plain(message))
