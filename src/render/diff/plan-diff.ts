import { formatPatch } from 'diff'
import { type InvitationAction, isInvitationAction, STATUS_AFTER, type UserView } from '../../model/action.js'
import type { Plan, Unchanged } from '../../model/plan.js'
import { placeText } from '../../model/problem.js'
import { byCodeUnit } from '../../model/text.js'
import { escapeTerminal } from '../escape/terminal.js'
import { yamlItem } from '../json-text.js'
import {
  DENIED_BEFORE,
  leftOutText,
  lossSentences,
  provenanceText,
  snapshotText,
  stateText,
  summaryLine,
  wasDeniedBefore,
} from '../text/words.js'
import { type Change, hunksOf } from './hunks.js'

/*
 * A plan as a patch of two documents, invitations.yaml and users.yaml, from now to afterwards. They contain what the
 * plan does: all of the API's invitations by id if it includes unchanged ones, otherwise only those that change. The
 * users are those that the manifest removes and that still exist: the API cannot list others.
 *
 * Items are compared one by one, not document against document: what can change is known, and a general diff of 100,000
 * changed invitations would take quadratic time.
 */

/** For people and for `git apply`, which ignores everything before the first file header. */
export function planDiff(plan: Plan): string {
  const summary = summaryLine(plan)
  const notes = [
    summary,
    `API: ${escapeTerminal(plan.apiUrl)}`,
    `Digest: ${escapeTerminal(plan.digest)}`,
    ...[snapshotText(plan), leftOutText(plan), stateText(plan), provenanceText(plan)].flatMap(note =>
      note === null ? [] : [escapeTerminal(note)],
    ),
    ...alerts(plan),
  ]
  const files = [fileDiff('invitations', invitationChanges(plan)), fileDiff('users', userChanges(plan))]
  return `${notes.map(note => `# ${note}\n`).join('')}${files.join('')}`
}

const alerts = ({ refused, problems, warnings, unusedRules, actions }: Plan): readonly string[] => [
  ...refused.map(({ message }) => `Refused: ${escapeTerminal(message)}`),
  ...problems.map(({ summary, detail }) => `Error: ${escapeTerminal(summary)}. ${escapeTerminal(detail)}`),
  ...warnings.map(({ message }) => `Warning: ${escapeTerminal(message)}`),
  ...unusedRules.map(rule => `Matches no invitation: ${escapeTerminal(placeText(rule))} (${rule.effect})`),
  ...actions.flatMap(action =>
    wasDeniedBefore(action) ? [`${action.address} ${DENIED_BEFORE} and is to be accepted`] : [],
  ),
  ...actions.flatMap(action =>
    action.action === 'remove'
      ? lossSentences(action.loss).map(sentence => escapeTerminal(`${action.address}: ${sentence}`))
      : [],
  ),
]

function fileDiff(name: string, items: readonly Change[]): string {
  const head = (side: 'before' | 'after') => [items.some(item => item[side].length > 0) ? `${name}:` : `${name}: []`]
  const hunks = hunksOf([{ before: head('before'), after: head('after') }, ...items])
  if (hunks.length === 0) return ''
  const file = `${name}.yaml`
  return formatPatch({
    oldFileName: `a/${file}`,
    newFileName: `b/${file}`,
    oldHeader: undefined,
    newHeader: undefined,
    hunks,
    isGit: true,
  })
}

function invitationChanges({ actions, unchanged }: Plan): readonly Change[] {
  const items = [
    ...actions.flatMap(action => (isInvitationAction(action) ? [decided(action)] : [])),
    ...unchanged.flatMap(({ before }) => ('id' in before ? [same(before.id, yamlItem({ ...before }))] : [])),
  ]
  return items.sort((a, b) => a.id - b.id)
}

function decided({ action, before }: InvitationAction) {
  return {
    id: before.id,
    before: yamlItem({ ...before }),
    after: yamlItem({ ...before, status: STATUS_AFTER[action] }),
  }
}

const same = (id: number, lines: readonly string[]) => ({ id, before: lines, after: lines })

function userChanges({ actions, unchanged }: Plan): readonly Change[] {
  const removed = actions.flatMap(({ action, before }) =>
    action === 'remove' ? [{ email: before.email, before: yamlItem({ ...before }), after: [] }] : [],
  )
  return [...removed, ...unchanged.flatMap(stayingUser)].sort((a, b) => byCodeUnit(a.email, b.email))
}

/** A user who exists and stays. One who was removed before needs no change either, but does not exist. */
function stayingUser({ before, why }: Unchanged): readonly (Change & Pick<UserView, 'email'>)[] {
  if ('id' in before || why === 'already_right') return []
  const lines = yamlItem({ ...before })
  return [{ email: before.email, before: lines, after: lines }]
}
