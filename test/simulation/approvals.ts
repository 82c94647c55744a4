import type { Signer } from '../../src/approval/allowed-signers.js'
import { NAMESPACE, statementOf, statementText } from '../../src/approval/approval-file.js'
import { count, type GivenApproval, screen } from '../../src/approval/judge.js'
import { type JudgePlan, shortfall, withJudged } from '../../src/commands/shared/plan-approvals.js'
import type { Plan } from '../../src/model/plan.js'
import type { Person, Scenario } from './scenario.js'

const PRINCIPALS: Readonly<Record<Person, string>> = {
  alice: 'alice',
  'alice again': 'alice',
  bob: 'bob',
  carol: 'carol',
  mallory: 'mallory',
}

const keyOf = (person: Person) => ({ type: 'ssh-ed25519', fingerprint: `SHA256:${person}` })

const SIGNERS: readonly Signer[] = (['alice', 'alice again', 'bob', 'carol'] as const).map((person, index) => ({
  line: index + 1,
  principals: [PRINCIPALS[person]],
  wildcards: [],
  key: keyOf(person),
  certAuthority: false,
  namespaces: null,
  mayApprove: true,
  validAfter: null,
  validBefore: null,
}))

/** Who signed what, and the files that it left. Nothing is ever taken away. */
export class Approvals {
  readonly files: GivenApproval[] = []
  private readonly people = new Map<string, Set<string>>()

  sign(plan: Plan, person: Person): void {
    const statement = statementText(statementOf(plan))
    const content = { armor: '', statement, namespace: NAMESPACE, key: keyOf(person) }
    this.files.push({ path: `${this.files.length + 1}.sig`, content })
    const signed = this.people.get(plan.digest) ?? new Set()
    this.people.set(plan.digest, signed.add(PRINCIPALS[person]))
  }

  /** Those whose approval is worth something, by the simulation's own books. */
  peopleFor({ digest }: Plan, author: Person | null): ReadonlySet<string> {
    const signed = new Set(this.people.get(digest))
    signed.delete('mallory')
    if (author !== null) signed.delete(PRINCIPALS[author])
    return signed
  }
}

/** The real judgement, but for files and cryptography: no signature here is forged. */
export const judgeOf =
  ({ author }: Scenario, { files }: Approvals): JudgePlan =>
  async plan => {
    const policy = { plan, signers: SIGNERS, authors: author === null ? [] : [PRINCIPALS[author]], now: new Date(0) }
    const judged = count(files.map(file => screen(file, policy)))
    const approved = withJudged(plan, judged)
    return { plan: approved, refusal: shortfall(approved, judged) }
  }
