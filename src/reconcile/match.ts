import { type Invitation, ROLE_NUMBERS } from '../model/invitation.js'
import type { Rule, Strength } from '../model/manifest.js'
import { emailKey } from '../model/text.js'
import { compileWildcard, hasWildcard } from './wildcard.js'

/** An invitation with its address in the form that rules are compared with. */
export interface Subject {
  readonly invitation: Invitation
  readonly key: string
}

export const subjectOf = (invitation: Invitation): Subject => ({ invitation, key: emailKey(invitation.email) })

type Test = (subject: Subject) => boolean

interface CompiledRule {
  readonly rule: Rule
  /** Position in the manifest: the last word among rules that are otherwise equal. */
  readonly order: number
  readonly test: Test
}

/** All rules that match a subject, the strongest first. */
export type RuleIndex = (subject: Subject) => readonly Rule[]

const RANK: Record<Strength, number> = { id: 0, email: 1, pattern: 2 }

/** Strongest first: `id`, exact e-mail, any other; among equals deny before accept, then as written. */
function byStrength(a: CompiledRule, b: CompiledRule): number {
  return (
    RANK[a.rule.strength] - RANK[b.rule.strength] ||
    Number(a.rule.effect === 'accept') - Number(b.rule.effect === 'accept') ||
    a.order - b.order
  )
}

/**
 * Indexes rules by the literal part of their selector, so that an invitation meets only the rules that can match it:
 * `id`, then the whole address, then the domain that a pattern ends in, then an exact cloud; what is left is tried one by one.
 */
export function indexRules(rules: readonly Rule[]): RuleIndex {
  const byId = new Map<number, CompiledRule[]>()
  const byEmail = new Map<string, CompiledRule[]>()
  const byDomain = new Map<string, CompiledRule[]>()
  const byCloud = new Map<string, CompiledRule[]>()
  const others: CompiledRule[] = []
  for (const [order, rule] of rules.entries()) {
    const compiled = { rule, order, test: compileSelector(rule) }
    const { id, email, cloud } = rule.selector
    const domain = email === undefined ? null : literalDomain(email)
    if (id !== undefined) put(byId, id, compiled)
    else if (rule.strength === 'email' && email !== undefined) put(byEmail, email, compiled)
    else if (domain !== null) put(byDomain, domain, compiled)
    else if (cloud && !cloud.some(hasWildcard)) for (const name of new Set(cloud)) put(byCloud, name, compiled)
    else others.push(compiled)
  }
  return subject => {
    const { invitation, key } = subject
    const matches: CompiledRule[] = []
    const collect = (candidates: readonly CompiledRule[] | undefined) => {
      if (candidates) for (const candidate of candidates) if (candidate.test(subject)) matches.push(candidate)
    }
    collect(byId.get(invitation.id))
    collect(byEmail.get(key))
    collect(byDomain.get(key.slice(key.lastIndexOf('@') + 1)))
    collect(byCloud.get(invitation.cloudName))
    collect(others)
    return matches.length > 1 ? matches.sort(byStrength).map(match => match.rule) : matches.map(match => match.rule)
  }
}

function put<Key>(map: Map<Key, CompiledRule[]>, key: Key, rule: CompiledRule): void {
  const bucket = map.get(key)
  if (bucket) bucket.push(rule)
  else map.set(key, [rule])
}

/** The domain that every address matching the pattern ends in, or null where the pattern leaves it open. */
function literalDomain(pattern: string): string | null {
  const tail = pattern.slice(Math.max(pattern.lastIndexOf('*'), pattern.lastIndexOf('?')) + 1)
  const at = tail.lastIndexOf('@')
  return at < 0 ? null : tail.slice(at + 1)
}

function compileSelector({ selector }: Rule): Test {
  const tests: Test[] = []
  const { id, email, cloud, project, cloudRole, projectRole, client, sender } = selector
  if (id !== undefined) tests.push(({ invitation }) => invitation.id === id)
  if (client !== undefined) tests.push(({ invitation }) => invitation.clientId === client)
  if (cloudRole) tests.push(({ invitation }) => invitation.cloudRole === ROLE_NUMBERS[cloudRole])
  if (projectRole) tests.push(({ invitation }) => invitation.projectRole === ROLE_NUMBERS[projectRole])
  if (email !== undefined) {
    const matches = compileWildcard(email)
    tests.push(({ key }) => matches(key))
  }
  if (cloud) tests.push(textTest(cloud, ({ invitation }) => invitation.cloudName))
  if (project) tests.push(textTest(project, ({ invitation }) => invitation.projectName))
  if (sender !== undefined) tests.push(textTest([sender], ({ invitation }) => invitation.sender))
  // A selector that selects nothing is refused by the manifest; here it must not come to mean everything.
  return tests.length === 0 ? () => false : subject => tests.every(test => test(subject))
}

/** A field that the invitation does not have matches no pattern, not even `*`. */
function textTest(patterns: readonly string[], field: (subject: Subject) => string | null): Test {
  const matchers = patterns.map(compileWildcard)
  return subject => {
    const value = field(subject)
    return value !== null && matchers.some(matches => matches(value))
  }
}
