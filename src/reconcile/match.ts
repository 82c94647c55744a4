import { emailKey } from '../model/email-address.js'
import { type Invitation, ROLE_NUMBERS } from '../model/invitation.js'
import type { Rule, Strength } from '../model/manifest.js'
import { compileWildcard, type Matcher } from './wildcard.js'

/** An invitation with its address in the form that rules are compared with. */
export interface Subject {
  readonly invitation: Invitation
  readonly key: string
}

export const subjectOf = (invitation: Invitation): Subject => ({ invitation, key: emailKey(invitation.email) })

type SubjectTest = (subject: Subject) => boolean

interface CompiledRule {
  readonly rule: Rule
  /** Position in the manifest: decides between rules that are otherwise equal. */
  readonly order: number
  readonly test: SubjectTest
}

/** All rules that match a subject, strongest first. */
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
 * Indexes rules by what is literal in their selector, so that an invitation is tested only against rules that may match
 * it: `id`, the whole address, the domain a pattern ends in, three characters of a pattern without one, the cloud.
 * The few remaining rules are tested one by one.
 */
export function indexRules(rules: readonly Rule[]): RuleIndex {
  const byId = new Map<number, CompiledRule[]>()
  const byEmail = new Map<string, CompiledRule[]>()
  const byDomain = new Map<string, CompiledRule[]>()
  const byGram = new GramIndex()
  const byCloud = new CloudIndex()
  const others: CompiledRule[] = []
  for (const [order, rule] of rules.entries()) {
    const compiled = { rule, order, test: compileSelector(rule) }
    const { id, email, cloud } = rule.selector
    const domain = email === undefined ? null : literalDomain(email)
    if (id !== undefined) put(byId, id, compiled)
    else if (rule.strength === 'email' && email !== undefined) put(byEmail, email, compiled)
    else if (domain !== null) put(byDomain, domain, compiled)
    else if (email !== undefined && byGram.add(email, compiled)) continue
    else if (cloud) byCloud.add(cloud, compiled)
    else others.push(compiled)
  }
  return subject => {
    const { invitation, key } = subject
    let found: CompiledRule[] | undefined
    if (byId.size > 0) found = collect(byId.get(invitation.id), subject, found)
    if (byEmail.size > 0) found = collect(byEmail.get(key), subject, found)
    if (byDomain.size > 0) found = collect(byDomain.get(key.slice(key.lastIndexOf('@') + 1)), subject, found)
    found = collect(byGram.candidates(key), subject, found)
    found = collect(byCloud.candidates(invitation.cloud_name), subject, found)
    found = collect(others, subject, found)
    if (found === undefined) return NONE
    if (found.length > 1) found.sort(byStrength)
    return found.map(match => match.rule)
  }
}

const NONE: readonly Rule[] = []

/** Adds the candidates that match. Most invitations have none, and nothing is allocated for them. */
function collect(
  candidates: readonly CompiledRule[] | undefined,
  subject: Subject,
  found: CompiledRule[] | undefined,
): CompiledRule[] | undefined {
  if (candidates === undefined || candidates.length === 0) return found
  let into = found
  for (const candidate of candidates) {
    if (!candidate.test(subject)) continue
    into ??= []
    into.push(candidate)
  }
  return into
}

const GRAM = 3
const BUCKETS = 4096

/** The bucket of three characters, computed from the previous bucket and the next character. */
const nextBucket = (bucket: number, character: number): number => ((bucket << 4) ^ character) & (BUCKETS - 1)

/** The buckets of every three consecutive characters. */
function bucketsOf(text: string): number[] {
  const buckets: number[] = []
  let bucket = 0
  for (let at = 0; at < text.length; at++) {
    bucket = nextBucket(bucket, text.charCodeAt(at))
    if (at >= GRAM - 1) buckets.push(bucket)
  }
  return buckets
}

/** Address patterns by three characters that every match contains. */
class GramIndex {
  private readonly buckets = new Map<number, CompiledRule[]>()
  /** 1 for a bucket that is not empty: most positions of most addresses need no further look. */
  private readonly filled = new Uint8Array(BUCKETS)

  /** @return false for a pattern without three consecutive literal characters */
  add(pattern: string, rule: CompiledRule): boolean {
    const [first, ...others] = pattern.split(/[*?]/).flatMap(bucketsOf)
    if (first === undefined) return false
    // In the emptiest of its buckets, so that a common part (".example") does not put all patterns into one.
    const size = (bucket: number) => this.buckets.get(bucket)?.length ?? 0
    const best = others.reduce((least, bucket) => (size(bucket) < size(least) ? bucket : least), first)
    put(this.buckets, best, rule)
    this.filled[best] = 1
    return true
  }

  candidates(key: string): readonly CompiledRule[] | undefined {
    if (this.buckets.size === 0) return undefined
    let found: Set<CompiledRule> | undefined
    let bucket = 0
    for (let at = 0; at < key.length; at++) {
      bucket = nextBucket(bucket, key.charCodeAt(at))
      if (this.filled[bucket] === 0 || at < GRAM - 1) continue
      found ??= new Set()
      for (const rule of this.buckets.get(bucket) ?? []) found.add(rule)
    }
    return found === undefined ? undefined : [...found]
  }
}

/** There are few cloud names, so the rules of each are looked up once. The cache is bounded, because the names come from the API. */
const REMEMBERED_CLOUDS = 10_000

class CloudIndex {
  private readonly rules: { readonly rule: CompiledRule; readonly matchers: readonly Matcher[] }[] = []
  private readonly known = new Map<string, readonly CompiledRule[]>()

  add(cloud: readonly string[], rule: CompiledRule): void {
    this.rules.push({ rule, matchers: cloud.map(compileWildcard) })
  }

  candidates(cloudName: string): readonly CompiledRule[] {
    const known = this.known.get(cloudName)
    if (known !== undefined) return known
    const fitting = this.rules
      .filter(({ matchers }) => matchers.some(matches => matches(cloudName)))
      .map(({ rule }) => rule)
    if (this.known.size < REMEMBERED_CLOUDS) this.known.set(cloudName, fitting)
    return fitting
  }
}

function put<Key>(map: Map<Key, CompiledRule[]>, key: Key, rule: CompiledRule): void {
  const bucket = map.get(key)
  if (bucket) bucket.push(rule)
  else map.set(key, [rule])
}

/** The domain of every address that matches the pattern, or null where the pattern leaves it open. */
function literalDomain(pattern: string): string | null {
  const tail = pattern.slice(Math.max(pattern.lastIndexOf('*'), pattern.lastIndexOf('?')) + 1)
  const at = tail.lastIndexOf('@')
  return at < 0 ? null : tail.slice(at + 1)
}

function compileSelector({ selector }: Rule): SubjectTest {
  const tests: SubjectTest[] = []
  const { id, email, cloud, project, cloudRole, projectRole, client, sender } = selector
  if (id !== undefined) tests.push(({ invitation }) => invitation.id === id)
  if (client !== undefined) tests.push(({ invitation }) => invitation.client_id === client)
  if (cloudRole) tests.push(({ invitation }) => invitation.cloud_role === ROLE_NUMBERS[cloudRole])
  if (projectRole) tests.push(({ invitation }) => invitation.project_role === ROLE_NUMBERS[projectRole])
  if (email !== undefined) {
    const matches = compileWildcard(email)
    tests.push(({ key }) => matches(key))
  }
  if (cloud) tests.push(textTest(cloud, ({ invitation }) => invitation.cloud_name))
  if (project) tests.push(textTest(project, ({ invitation }) => invitation.project_name))
  if (sender !== undefined) tests.push(textTest([sender], ({ invitation }) => invitation.sender_provider_sub))
  // The manifest rejects an empty selector; should one get here, it must not match everything.
  return tests.length === 0 ? () => false : subject => tests.every(test => test(subject))
}

/** A field that the invitation lacks matches no pattern, not even `*`. */
function textTest(patterns: readonly string[], field: (subject: Subject) => string | null): SubjectTest {
  const matchers = patterns.map(compileWildcard)
  return subject => {
    const value = field(subject)
    return value !== null && matchers.some(matches => matches(value))
  }
}
