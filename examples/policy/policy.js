// The house rules over a saved plan. Node alone: node policy.js plan.json. Exit code 1, and a line for each, where one is broken.
// policy.rego says the same for OPA.
import { readFileSync } from 'node:fs'

const [path = 0] = process.argv.slice(2)
const plan = JSON.parse(readFileSync(path, 'utf8'))

/** A document of another kind must not pass because nothing was found in it. */
if (!/^1\./.test(plan.format_version) || plan.guestlist?.version !== 1 || !Array.isArray(plan.resource_changes))
  throw new Error('this is not a plan that the policy knows')

const FRIDAY = 5
const reasons = new Map(plan.guestlist.actions.map(({ address, rule }) => [address, rule.reason]))

/** What a change breaks; the day is that of the plan, in UTC. */
function broken({ address, change }) {
  const isRemoval = change.actions.includes('delete')
  const makesAdmin = change.after?.status === 'accepted' && change.after.cloud_role === 'admin'
  return [
    ...(isRemoval && new Date(plan.timestamp).getUTCDay() === FRIDAY ? [`${address}: no removal on a Friday`] : []),
    ...(makesAdmin && change.actions.includes('update') && !reasons.get(address)?.trim()
      ? [`${address}: no admin of a cloud without a reason`]
      : []),
  ]
}

const violations = plan.resource_changes.flatMap(broken)
// JSON, so that an address cannot say anything to a terminal.
for (const violation of violations) process.stdout.write(`${JSON.stringify(violation)}\n`)
process.exitCode = violations.length > 0 ? 1 : 0
