import { readSigners } from '../../approval/judge-approvals.js'
import type { ApprovingFlags } from '../../cli/common-options.js'
import { readTextFile } from '../../cli/files.js'
import type { CommonFlags } from '../../cli/flags.js'
import type { Io } from '../../cli/io.js'
import { findOnlySecret } from '../../http/env-secret.js'
import { emailKey } from '../../model/email-address.js'
import { GuestlistError } from '../../model/error.js'
import type { Manifest } from '../../model/manifest.js'
import { problemPlace } from '../../model/problem.js'
import { durationText, plural } from '../../model/text.js'
import { escapeTerminal } from '../../render/escape/terminal.js'
import type { StateStore } from '../../state/state-store.js'
import { describeHolder, type LockInfo, plain } from '../../system/lock-info.js'
import { hasEnded } from '../../system/process.js'
import { loadManifest } from '../shared/load-manifest.js'
import { openStateFor } from '../shared/open-state.js'
import { approvalDemands, authorsOf, signersPath } from '../shared/plan-approvals.js'
import { apiUrlOf } from '../shared/wire-options.js'
import { type CheckFinding, type CheckFound, failed, ok, warning } from './create-checks.js'

/** By major version, the oldest minor version that package.json's `engines` allows; every later major is allowed. */
const OLDEST_MINOR: Readonly<Record<number, number>> = { 20: 19, 22: 12, 24: 0 }
const NEWEST_LISTED = 24

/** @param version as in `process.versions.node` */
export function checkNode(version: string): CheckFinding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const oldest = major > NEWEST_LISTED ? 0 : OLDEST_MINOR[major]
  if (oldest !== undefined && minor >= oldest) return ok(`Node.js ${version}`)
  return failed(
    `Node.js ${version} is not supported`,
    'Install Node.js 20.19 or later, 22.12 or later, or 24 or later.',
  )
}

export async function checkManifest(flags: CommonFlags, io: Io): Promise<CheckFound<Manifest>> {
  const { manifest, warnings, files } = await loadManifest(flags.file, io)
  const { rules, removals } = manifest
  const size = `${plural(rules.length, 'rule')} and ${plural(removals.length, 'removal')} in ${plural(files.length, 'file')}`
  const [first] = warnings
  if (first === undefined) return { ...ok(size), value: manifest }
  const summary = `${size}, with ${plural(warnings.length, 'warning')}: ${problemPlace(first)}: ${first.summary}`
  return { ...warning(summary, first.detail), value: manifest }
}

export async function checkWebhookSecret({ env }: Pick<Io, 'env'>): Promise<CheckFinding> {
  const found = await findOnlySecret(env, 'GUESTLIST_WEBHOOK_SECRET')
  return ok(
    found === null ? 'GUESTLIST_WEBHOOK_SECRET is not set: serve accepts no webhooks' : `Webhook secret: ${found.from}`,
  )
}

export type SignersFlags = Omit<ApprovingFlags, 'approval'>

/** Checks that there are enough people who may approve. */
export async function checkSigners({ guards }: Manifest, flags: SignersFlags, io: Io): Promise<CheckFinding> {
  const required = Math.max(guards.approvals.removals ?? 0, ...approvalDemands(flags, io).map(({ count }) => count))
  const needed = required === 0 ? 'No approvals are required' : `${plural(required, 'approval')} required`
  const path = signersPath(flags, io)
  if (path === undefined) {
    if (required === 0) return ok(`${needed}, and no signers file is named`)
    return failed(`${needed}, and no signers file says who may approve`, NAME_SIGNERS)
  }
  const able = await approversIn(path, authorsOf(flags, io), io)
  const summary = `${needed}; ${escapeTerminal(path)} lists ${able} who may approve now`
  return able < required
    ? failed(summary, 'Plans that need approval are refused. List more people, each with their own key.')
    : ok(summary)
}

const NAME_SIGNERS =
  'Name one with --allowed-signers (or GUESTLIST_ALLOWED_SIGNERS): a line PRINCIPAL KEYTYPE KEY for each.'

/** The number of names that count, without the authors. An upper bound: names sharing a key are counted separately. */
async function approversIn(path: string, authors: readonly string[], io: Io): Promise<number> {
  const text = await readTextFile(path, 'signers file', io)
  const signers = readSigners({ path: escapeTerminal(path), text }, authors)
  const now = new Date()
  const able = signers.filter(
    ({ certAuthority, mayApprove, validAfter, validBefore }) =>
      !certAuthority && mayApprove && !(validAfter && now < validAfter) && !(validBefore && now >= validBefore),
  )
  const names = new Set(able.flatMap(({ principals }) => principals).map(emailKey))
  for (const author of authors) names.delete(emailKey(author))
  return names.size
}

export async function checkState(manifest: Manifest, flags: CommonFlags, io: Io): Promise<CheckFound<StateStore>> {
  const store = openStateFor(manifest.state, apiUrlOf(flags), flags, io)
  const { size } = await store.read()
  const why = await store.whyUnwritable()
  if (why !== null)
    throw new GuestlistError('state-unwritable', `The state ${store.description} cannot be written: ${why}`)
  return { ...ok(`${plural(size, 'removal')} remembered in ${store.description}`), value: store }
}

/** A run that holds its lock for longer than this has most likely gone wrong. */
const LONG_MS = 3_600_000

export async function checkLock(store: StateStore): Promise<CheckFinding> {
  if (!store.canLock)
    return warning(
      'The state has no lock address: two runs may overlap',
      'Set state.lockAddress in the manifest, or TF_HTTP_LOCK_ADDRESS.',
    )
  const holder = await store.holder()
  if (holder === 'unknown')
    return ok('It is not known whether it is locked: an http state says so only to those who try to lock it')
  if (holder === null) return ok('The state is not locked')
  const whose = describeHolder(holder)
  if (hasEnded(holder)) return ok(`Locked by ${whose}; that process has ended, and the next run takes over the lock`)
  const age = Date.now() - Date.parse(holder.Created)
  if (age <= LONG_MS) return ok(`Locked by ${whose}`)
  const since = Number.isNaN(age) ? '' : ` for ${durationText(Math.round(age / 60_000) * 60_000)}`
  return warning(`Locked${since} by ${whose}`, adviceOn(holder))
}

const adviceOn = ({ ID }: LockInfo): string =>
  ID === ''
    ? 'Find out whose lock it is. It has no id, so it can only be removed by hand: an apply that it blocks says where it is.'
    : `If this run has certainly ended, unlock the state: guestlist state unlock ${plain(ID)}`
