import type { ConcurrencyFlags } from '../cli/common-options.js'
import type { CommonFlags } from '../cli/flags.js'
import type { Io } from '../cli/io.js'
import { styleFor, widthOf } from '../cli/style-for.js'
import { EXIT, type ExitCode } from '../model/error.js'
import { escapeTerminal } from '../render/escape/terminal.js'
import { jsonText } from '../render/json-text.js'
import type { Style } from '../render/text/style.js'
import { wrapLine } from '../render/text/width.js'
import {
  checkApi,
  checkClock,
  checkClouds,
  checkCredential,
  checkInvitations,
  checkKeycloak,
  checkScopes,
} from './doctor/api-checks.js'
import { createChecks, type DoctorCheck } from './doctor/create-checks.js'
import {
  checkLock,
  checkManifest,
  checkNode,
  checkSigners,
  checkState,
  checkWebhookSecret,
  type SignersFlags,
} from './doctor/setup-checks.js'
import { connect } from './shared/connect.js'

type DoctorFlags = CommonFlags & ConcurrencyFlags & SignersFlags

/** Checks everything the other commands need, carrying on after failures, and changes nothing. */
export async function doctor(flags: DoctorFlags, io: Io): Promise<ExitCode> {
  const checks = await makeChecks(flags, io)
  if (flags.format === 'json') io.out(`${jsonText({ format_version: '1.0', checks })}\n`)
  else io.out(checksText(checks, styleFor('out', flags, io), widthOf(io)))
  return checks.some(({ status }) => status === 'failed') ? EXIT.error : EXIT.done
}

async function makeChecks(flags: DoctorFlags, io: Io): Promise<readonly DoctorCheck[]> {
  const { done, make, makeWith } = createChecks(io.interrupt)
  await make('node_version', async () => checkNode(process.versions.node))
  const manifest = await make('manifest', () => checkManifest(flags, io))
  const credential = await make('credential', () => checkCredential(flags, io))
  await makeWith('token_scopes', ['credential', credential], checkScopes)
  const reached = await make('api', () => checkApi(flags, io))
  await makeWith('clock', ['api', reached], checkClock)
  const connection =
    reached === null || credential === null
      ? null
      : await connect(flags, io, { ...flags, credentials: credential.source })
  const missing = reached === null ? 'api' : 'credential'
  await makeWith('invitations', [missing, connection], checkInvitations)
  await makeWith('clouds', [missing, connection], checkClouds)
  connection?.client.close()
  const store = await makeWith('state', ['manifest', manifest], value => checkState(value, flags, io))
  await makeWith('state_lock', [manifest === null ? 'manifest' : 'state', store], checkLock)
  await make('webhook_secret', () => checkWebhookSecret(io))
  await makeWith('signers', ['manifest', manifest], value => checkSigners(value, flags, io))
  const config = manifest?.keycloak ?? null
  if (config !== null) await make('keycloak', () => checkKeycloak(config, flags, io))
  return done
}

/** One line per check with its advice below it, then a count by status. */
function checksText(checks: readonly DoctorCheck[], style: Style, width: number | undefined): string {
  const colours = { ok: style.good, warning: style.change, failed: style.bad }
  const room = Math.max(...checks.map(({ code }) => code.length))
  const fit = (line: string, indent: number) => wrapLine(line, width ?? Number.POSITIVE_INFINITY, indent)
  const lines = checks.flatMap(({ code, status, summary, advice }) => {
    const [first = '', ...more] = summary.split('\n').map(escapeTerminal)
    const head = `${colours[status](status.padEnd(7))}  ${code.padEnd(room)}  ${first}`
    const below = [...more, ...(advice === null ? [] : advice.split('\n').map(escapeTerminal))]
    return [fit(head, INDENT), ...below.map(line => fit(' '.repeat(INDENT) + line, INDENT))]
  })
  const count = (status: DoctorCheck['status']) => checks.filter(check => check.status === status).length
  return `${lines.join('\n')}\n\nDoctor: ${count('ok')} ok, ${count('warning')} to look at, ${count('failed')} failed.\n`
}

/** Aligns continuation lines with the names of the checks. */
const INDENT = 9
