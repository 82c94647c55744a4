import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import {
  type ApprovalFile,
  approvalText,
  parseApproval,
  statementOf,
  statementText,
} from '../approval/approval-file.js'
import type { Judged } from '../approval/judge.js'
import { EXTENSION } from '../approval/read-approvals.js'
import { sign } from '../approval/ssh-keygen.js'
import { isCertificate } from '../approval/ssh-wire.js'
import type { ApprovingFlags, OutFlags } from '../cli/common-options.js'
import { assertReplaceable, readTextFile, refuseDash, writePrivateFile } from '../cli/files.js'
import type { CommonFlags } from '../cli/flags.js'
import type { Io } from '../cli/io.js'
import { askApproval, type Question } from '../cli/prompt.js'
import { styleFor, widthOf } from '../cli/style-for.js'
import { EXIT, type ExitCode, GuestlistError } from '../model/error.js'
import type { Plan } from '../model/plan.js'
import { plural } from '../model/text.js'
import { escapeTerminal } from '../render/escape/terminal.js'
import { jsonText } from '../render/json-text.js'
import { planTextChunks } from '../render/text/plan-text.js'
import type { Style } from '../render/text/style.js'
import { needsApproval } from '../render/text/words.js'
import { approvalsReader } from './shared/plan-approvals.js'
import { loadSavedPlan, requiredNow } from './shared/saved-plan.js'

type ApproveFlags = CommonFlags & OutFlags & { readonly key: string | undefined; readonly yes: boolean }

const QUESTION: Question = {
  text: 'Do you approve these changes?\n  guestlist signs the digest above with your key. Nothing else is done now.',
  declined: 'Not approved; nothing was signed.',
}

/** Shows a saved plan, asks, and signs what it would do. */
export async function approve(planFile: string, flags: ApproveFlags, io: Io): Promise<ExitCode> {
  refuseDash(flags.out, 'Without it the approval is written beside the plan.')
  if (flags.out !== undefined) await assertReplaceable(flags.out, 'approval', io)
  const terminal = io.stdin.isTTY === true && io.errIsTerminal && !flags.noInput
  if (!flags.yes && !terminal)
    throw new GuestlistError('no-terminal', 'approve asks for confirmation, and there is no terminal to ask on', {
      advice: 'Sign without being asked with --yes.',
    })
  const plan = await loadSavedPlan(planFile, io)
  if (plan.actions.length === 0)
    throw new GuestlistError('plan-empty', 'The plan changes nothing: there is nothing to approve.')
  const key = keyFile(flags.key, io)
  await io.outAll(planTextChunks(plan, styleFor('out', flags, io), widthOf(io)))
  if (!flags.yes) await askApproval(plan, styleFor('err', flags, io), io, QUESTION)

  const statement = statementText(statementOf(plan))
  const armor = await sign(statement, key, { env: io.env, terminal })
  const text = approvalText(armor, statement)
  const { fingerprint } = signedBy(text, key)
  const out = flags.out ?? `${planFile}.${fileNameOf(fingerprint)}${EXTENSION}`
  await refuseOthers(out, fingerprint, io)
  await writePrivateFile(out, 'approval', text, io)
  io.err(`Approved with the key ${fingerprint}. Wrote ${escapeTerminal(out)}.\n`)
  return EXIT.done
}

function signedBy(text: string, key: string): ApprovalFile['key'] {
  const signed = parseApproval(text)
  if (signed === null)
    throw new GuestlistError('signing-key', `The key ${key} is of a type that cannot sign approvals`, { advice: KINDS })
  if (!isCertificate(signed.key.type)) return signed.key
  throw new GuestlistError('signing-key', `${key} is a certificate, and what it signs does not count`, {
    advice: 'Name the key itself with --key.',
  })
}

const KINDS = 'Use an ed25519, ecdsa or rsa key, or one on a security key (sk-…).'

/** Base64 contains slashes, which a file name cannot. */
const fileNameOf = (fingerprint: string): string =>
  fingerprint.replace('SHA256:', '').replaceAll('/', '_').replaceAll('+', '-')

/** In the order in which ssh-keygen introduced its default types. */
const DEFAULT_KEYS = ['id_ed25519', 'id_ecdsa', 'id_ed25519_sk', 'id_ecdsa_sk', 'id_rsa']

function keyFile(given: string | undefined, io: Io): string {
  const folder = join(io.env.HOME ?? homedir(), '.ssh')
  const candidates = given === undefined ? DEFAULT_KEYS.map(name => join(folder, name)) : [resolve(io.cwd, given)]
  const found = candidates.flatMap(path => [path, `${path}.pub`]).find(path => existsSync(path))
  if (found !== undefined) return found
  const what = given === undefined ? `There is no SSH key in ${folder}` : `There is no key ${given}`
  throw new GuestlistError('signing-key', what, {
    advice:
      'Name one with --key: a private key file, or a public key whose private half is in the agent. "ssh-keygen -t ed25519" creates one.',
  })
}

/** Never overwrites someone else's approval, which may be the only copy. @throws GuestlistError */
async function refuseOthers(path: string, fingerprint: string, io: Io): Promise<void> {
  if (!existsSync(resolve(io.cwd, path))) return
  const text = await readTextFile(path, 'approval', io)
  if (text === '' || parseApproval(text)?.key.fingerprint === fingerprint) return
  throw new GuestlistError(
    'file-occupied',
    `${escapeTerminal(path)} is not an approval with this key; it was left as it is`,
    {
      advice: 'Name another file with --out.',
    },
  )
}

/** Shows who approved a saved plan, and whether that is enough. */
export async function approvalsVerify(
  planFile: string,
  flags: CommonFlags & ApprovingFlags,
  io: Io,
): Promise<ExitCode> {
  const read = approvalsReader(planFile, flags, io)
  const saved = await loadSavedPlan(planFile, io)
  const required = requiredNow(saved, flags, io)
  const { plan, judged } = await read({ ...saved, approvals: { required, approvers: null } })
  const enough = !needsApproval(plan.approvals)
  if (flags.format === 'json') io.out(`${jsonText(documentOf(plan, judged, enough))}\n`)
  else io.out(textOf(plan, judged, styleFor('out', flags, io)))
  return enough ? EXIT.done : EXIT.refused
}

const documentOf = ({ digest, apiUrl, approvals }: Plan, judged: readonly Judged[], enough: boolean) => ({
  format_version: '1.0',
  digest,
  api_url: apiUrl,
  required: approvals.required,
  counted: approvals.approvers?.length ?? 0,
  enough,
  approvals: judged.map(each => ({
    path: each.path,
    counts: each.counts,
    principal: each.counts ? each.principal : null,
    key: each.key,
    reason: each.counts ? null : each.reason,
    message: each.counts ? null : each.message,
  })),
})

function textOf({ digest, approvals }: Plan, judged: readonly Judged[], style: Style): string {
  const lines = judged.map(each =>
    each.counts
      ? `${style.good('counts:')} ${escapeTerminal(`${each.path}: ${each.principal} (${each.key})`)}`
      : `${style.bad(escapeTerminal(each.message))}${style.code('approval_not_counted')}`,
  )
  const counted = approvals.approvers?.length ?? 0
  const result = `${plural(counted, 'approval')} of ${approvals.required} needed.`
  return `${[
    ...lines,
    `Digest: ${digest}`,
    needsApproval(approvals)
      ? `${style.bad(`Not enough: ${result}`)}${style.code('approvals-missing')}`
      : style.good(`Enough: ${result}`),
  ].join('\n')}\n`
}
