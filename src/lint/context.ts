import type { LintCode } from '../model/codes.gen.js'
import type { Invitation } from '../model/invitation.js'
import type { Manifest, Protection } from '../model/manifest.js'
import type { Place } from '../model/problem.js'
import { Undecided } from './algebra/language.js'
import { isShadowed, type Witness } from './decisions.js'
import { createRuleset, type RuleSpeaker, type Ruleset } from './ruleset.js'

export type LintLevel = 'info' | 'warning'

/** What a lint rule found at one place. */
export interface Remark {
  readonly at: Place
  /** One line, without a full stop. */
  readonly summary: string
  /** Why, and what to do, in complete sentences. */
  readonly detail: string
  /** The place of the other rule, removal or protection involved. */
  readonly other?: Place | null
  readonly witness?: Witness | null
}

export interface LintFinding extends Required<Omit<Remark, 'at'>>, Place {
  readonly code: LintCode
  readonly level: LintLevel
}

export interface LintInput {
  readonly manifest: Manifest
  readonly now: Date
  /** Protections from outside the manifest. */
  readonly protect: readonly Protection[]
  /** A rule that ends within this many milliseconds is ending soon. */
  readonly within: number
  /** The existing invitations; null if unknown. */
  readonly invitations: readonly Invitation[] | null
}

/** What lint rules examine. */
export interface LintContext extends LintInput {
  readonly ruleset: Ruleset
  /** Whether the rule never decides. */
  isShadowed(speaker: RuleSpeaker): boolean
  /** The result of `decide`; `otherwise` if it would take too long, which is recorded in `undecided`. */
  decided<T>(speaker: RuleSpeaker, decide: () => T, otherwise: T): T
  /** Rules about which something could not be decided. */
  readonly undecided: ReadonlySet<RuleSpeaker>
}

/** Takes some seconds. It is far more than a manifest written by people needs, with 10,000 rules too. */
const MOST_WORK = 5_000_000

export function createContext(input: LintInput): LintContext {
  const ruleset = createRuleset(input.manifest, input.protect, input.now)
  const undecided = new Set<RuleSpeaker>()
  function decided<T>(speaker: RuleSpeaker, decide: () => T, otherwise: T): T {
    try {
      if (ruleset.work.done > MOST_WORK) throw new Undecided()
      return decide()
    } catch (error) {
      if (!(error instanceof Undecided)) throw error
      undecided.add(speaker)
      return otherwise
    }
  }
  let shadowed: ReadonlySet<RuleSpeaker> | null = null
  return {
    ...input,
    ruleset,
    undecided,
    decided,
    isShadowed(speaker) {
      shadowed ??= new Set(ruleset.rules.filter(rule => decided(rule, () => isShadowed(ruleset, rule), false)))
      return shadowed.has(speaker)
    },
  }
}

/** One kind of mistake; schemas/codes.md says which. */
export interface LintRule {
  readonly code: LintCode
  readonly level: LintLevel
  find(context: LintContext): Iterable<Remark>
}
