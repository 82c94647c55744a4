import { type Action, isInvitationAction } from '../../src/model/action.js'
import { isComplete, type Report, type Result, succeeded } from '../../src/model/report.js'
import type { Effect, Provider } from './provider.js'
import type { Disk } from './store.js'
import type { Watch } from './watch.js'

export interface Ended {
  readonly process: string
  readonly watch: Watch
  readonly provider: Provider
  readonly disk: Disk
  /** The API answers success and does nothing, now and then. */
  readonly lies: boolean
  readonly broken: (promise: string, detail: string) => void
}

const wantedOf = (action: Action) => (action.action === 'accept' ? 'accepted' : 'denied')

/** Compares a report, at the moment it is given, with what the API and the state hold. */
export function judgeReport(report: Report, ended: Ended): void {
  const { watch, broken } = ended
  const actions = watch.plan?.actions ?? []
  if (actions.map(a => a.address).join() !== report.results.map(r => r.action.address).join())
    broken('each action has its result', `${report.results.length} results for ${actions.length} actions`)
  for (const result of report.results) {
    judgeAttempts(result, ended)
    if (result.action.action === 'remove') judgeRemoval(result, report, ended)
    else judgeDecision(result, report, ended)
  }
  judgeVerification(report, ended)
}

function judgeAttempts({ action, attempts, outcome }: Result, { watch, broken }: Ended): void {
  const calls = watch.items.get(action.address)?.calls ?? 0
  if (calls !== attempts) broken('attempts are counted', `${action.address}: ${attempts} reported, ${calls} made`)
  const untouched = outcome.kind === 'skipped' || outcome.kind === 'not_attempted'
  if (untouched && calls > 0) broken('what was attempted is reported so', `${action.address}: ${outcome.kind}`)
}

function judgeDecision(
  result: Result,
  { verification }: Report,
  { watch, provider, lies, broken, ...rest }: Ended,
): void {
  const { action } = result
  if (!isInvitationAction(action)) return
  const wanted = wantedOf(action)
  const live = provider.knownStatus(action.before.id)
  if (succeeded(result) && live !== wanted && (verification.kind === 'verified' || !lies))
    broken('what is reported was done', `${action.address} is ${live}, reported ${result.outcome.kind}`)
  const compared = verification.kind === 'verified' || verification.kind === 'differs'
  const shown = watch.list?.get(action.before.id)?.status
  if (compared && result.outcome.kind === 'failed' && watch.item(action.address).unclear && shown === wanted)
    broken('what was done is reported', `${action.address} is read as ${shown}, reported failed`)
  if (!succeeded(result) && effectsOf(action, { provider, ...rest }).length > 0 && !watch.item(action.address).unclear)
    broken('what was done is reported', `${action.address} took effect, reported ${result.outcome.kind}`)
}

function judgeRemoval({ action, outcome }: Result, { stop }: Report, { watch, disk, broken, ...rest }: Ended): void {
  if (action.action !== 'remove') return
  const removed = effectsOf(action, rest).length > 0
  const { unclear, notFound } = watch.item(action.address)
  const recorded = disk.record(action.before.email)?.outcome
  if (outcome.kind === 'done') {
    if (!removed && !unclear) broken('what is reported was done', `${action.address} was not removed, reported done`)
    if (recorded !== 'removed' && !stop?.message.includes('could not be remembered'))
      broken('removals are remembered', action.address)
  } else if (outcome.kind === 'absent') {
    if (removed) broken('what was done is reported', `${action.address} was removed, reported absent`)
    if (!notFound) broken("only the API's own word counts", `${action.address} is reported absent`)
    if (recorded !== 'absent' && !stop?.message.includes('could not be remembered'))
      broken('removals are remembered', action.address)
  } else if (outcome.kind === 'rejected') {
    if (removed && !unclear) broken('what was done is reported', `${action.address} was removed, reported rejected`)
    if (disk.record(action.before.email)?.plan_digest === watch.plan?.digest)
      broken('what is rejected is not remembered', action.address)
  } else if (removed && !(outcome.kind === 'failed' && outcome.why.includes('not known'))) {
    broken('what was done is reported', `${action.address} was removed, reported ${outcome.kind}`)
  }
}

const effectsOf = (
  { address }: Action,
  { provider, process }: Pick<Ended, 'provider' | 'process'>,
): readonly Effect[] => provider.effects.filter(effect => effect.address === address && effect.process === process)

function judgeVerification({ verification, results }: Report, { watch, broken }: Ended): void {
  const touched = results.some(({ attempts }) => attempts > 0)
  if (verification.kind === 'not_needed' && touched) broken('what was done is verified', 'not needed, it says')
  if (verification.kind !== 'verified') return
  if (!watch.listedSinceChange) broken('what was done is verified', 'nothing was read after the last change')
  for (const result of results) {
    const { action } = result
    if (!isInvitationAction(action) || !succeeded(result)) continue
    const shown = watch.list?.get(action.before.id)?.status
    if (shown !== wantedOf(action)) broken('what was done is verified', `${action.address} was read as ${shown}`)
  }
}

/** What must hold of a process whose end has come in whatever way, once nothing of it is on its way any more. */
export function judgeEnd(report: Report | null, ended: Ended): void {
  const { process, watch, provider, disk, broken } = ended
  const own = provider.effects.filter(effect => effect.process === process)
  const seen = new Set<string>()
  for (const { address, operation } of own) {
    if (seen.has(address)) broken('no effect twice', `${operation} ${address}`)
    seen.add(address)
    if (!watch.plan?.actions.some(action => action.address === address && action.action === operation))
      broken('nothing is done that was not shown', `${operation} ${address}`)
  }
  const removals = watch.plan?.actions.flatMap(action => (action.action === 'remove' ? [action] : [])) ?? []
  const lost = removals.filter(({ address, before }) => seen.has(address) && !disk.record(before.email))
  if (lost.length > 1) broken('a kill loses at most one removal', lost.map(({ address }) => address).join(' '))
  if (report && isComplete(report) && lost.length > 0) broken('removals are remembered', lost.length.toString())
}

/** The exit code that a report must end with. */
export const exitCodeOf = (report: Report): number =>
  report.stop?.reason === 'interrupted' ? 130 : isComplete(report) ? 0 : 5
