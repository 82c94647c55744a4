import { type Invitation, invitationOf } from '../../src/model/invitation.js'
import {
  DEFAULT_GUARDS,
  type Effect,
  type Manifest,
  type Rule,
  type Selector,
  type UnmatchedPolicy,
} from '../../src/model/manifest.js'
import type { Weather } from './faults.js'
import type { Random } from './random.js'
import type { Fate } from './scheduler.js'

/** One apply: how it is called and what befalls it. */
export interface Apply {
  /** Applies a plan that was made before the round's surprise. */
  readonly saved: boolean
  readonly parallelism: number
  readonly retries: number
  readonly failFast: boolean
  readonly acceptAbsent: boolean
  readonly rateLimit: number | null
  readonly lockTimeoutMs: number
  readonly fate: Fate
  readonly weather: Weather
  /** The probability that a read or write of the state fails. */
  readonly stateFailure: number
  /** At which event the audit log fails. */
  readonly auditFailsAt: number | null
  readonly startMs: number
}

/** Something that happens between two applies, without guestlist. */
export type Surprise =
  | { readonly kind: 'none' }
  | { readonly kind: 'decided'; readonly id: number; readonly status: 'A' | 'D' }
  | { readonly kind: 'invited'; readonly invitation: Invitation }

export interface Round {
  /** Who signs the plan as it is before the surprise. Mallory is no signer. */
  readonly signers: readonly Person[]
  readonly surprise: Surprise
  readonly applies: readonly [Apply, ...Apply[]]
}

/** Each with one key; `alice again` is Alice's second. */
export type Person = 'alice' | 'alice again' | 'bob' | 'carol' | 'mallory'

export const PEOPLE: readonly Person[] = ['alice', 'alice again', 'bob', 'carol', 'mallory']

export interface Scenario {
  /** How many have to approve a plan with removals. */
  readonly requiredApprovals: number
  /** Who made the plan, and whose own signature does not count. */
  readonly author: Person | null
  readonly manifest: Manifest
  readonly invitations: readonly Invitation[]
  readonly users: readonly string[]
  readonly rounds: readonly Round[]
}

const EMAILS = ['ann@a.example', 'bob@a.example', 'Cyd@a.example', 'dan@b.example', 'eve@b.example'] as const
const CLOUDS = ['Tower', 'Bridge'] as const

function drawInvitation(id: number, random: Random, statuses: Readonly<Record<string, number>>): Invitation {
  return invitationOf({
    id,
    email: random.pick(EMAILS),
    status: random.weighted(statuses),
    cloud_name: random.pick(CLOUDS),
    cloud_role: random.pick([50, 100]),
  })
}

function drawRule(index: number, random: Random): Rule {
  const effect: Effect = random.chance(0.65) ? 'accept' : 'deny'
  const at = { file: 'guestlist.yaml', line: 10 + index, column: 5 }
  const strength = random.weighted({ id: 1, email: 2, pattern: 4 })
  const selectors: Readonly<Record<typeof strength, Selector>> = {
    id: { id: random.between(1, 12) },
    email: { email: random.pick(EMAILS).toLowerCase() },
    pattern: random.pick<Selector>([{ email: '*@a.example' }, { email: '*@b.example' }, { cloud: ['T*'] }]),
  }
  return {
    effect,
    selector: selectors[strength],
    strength,
    at,
    name: null,
    owner: null,
    reason: null,
    from: null,
    until: null,
  }
}

function drawManifest(random: Random): Manifest {
  const leaving = EMAILS.filter(() => random.chance(0.35))
  const unmatched = random.weighted<UnmatchedPolicy>({ ignore: 3, accept: 1, deny: 1 })
  const at = (line: number) => ({ file: 'guestlist.yaml', line, column: 5 })
  const guarded = random.chance(0.06)
  return {
    rules: Array.from({ length: random.between(0, 4) }, (_, index) => drawRule(index, random)),
    unmatched,
    unmatchedAt: at(3),
    removals: leaving.map((email, index) => ({
      email,
      key: email.toLowerCase(),
      at: at(50 + index),
      reason: null,
      from: null,
    })),
    protect: random.chance(0.04) ? [{ pattern: 'bob@*', source: at(90) }] : [],
    guards: {
      ...DEFAULT_GUARDS,
      maxAccepts: guarded ? 1 : null,
      maxDenials: guarded ? 1 : null,
      maxRemovals: guarded ? 0 : 5,
    },
    state: { backend: 'local' },
    keycloak: null,
  }
}

function drawWeather(random: Random): Weather {
  const fault = random.pick([0, 0.05, 0.15, 0.3, 0.6])
  return {
    fault,
    outage: random.chance(0.08) ? random.pick([0.5, 0.9]) : 0,
    unauthorized: random.chance(0.08) ? 0.05 : 0,
    forbidden: random.chance(0.08) ? 0.05 : 0,
    stale: random.chance(0.25) ? 0.3 : 0,
    lie: random.chance(0.1) ? 0.2 : 0,
  }
}

function drawApply(random: Random): Apply {
  const at = (probability: number, most: number) => (random.chance(probability) ? random.between(1, most) : null)
  return {
    saved: random.chance(0.3),
    parallelism: random.between(1, 5),
    retries: random.between(0, 4),
    failFast: random.chance(0.15),
    acceptAbsent: random.chance(0.5),
    rateLimit: random.chance(0.1) ? random.pick([2, 20]) : null,
    lockTimeoutMs: random.pick([0, 5_000, 900_000]),
    fate: { killAt: at(0.3, 60), interruptAt: at(0.2, 60) },
    weather: drawWeather(random),
    stateFailure: random.chance(0.15) ? 0.3 : 0,
    auditFailsAt: at(0.05, 30),
    startMs: random.between(0, 100),
  }
}

function drawSurprise(round: number, random: Random): Surprise {
  const kind = random.weighted<Surprise['kind']>({ none: 5, decided: 2, invited: 3 })
  if (kind === 'none') return { kind }
  if (kind === 'decided') return { kind, id: random.between(1, 12), status: random.pick(['A', 'D']) }
  return { kind, invitation: drawInvitation(100 + round, random, { P: 2, A: 2 }) }
}

/** A seed's world: small, so that addresses, rules and faults meet often. */
export function drawScenario(random: Random): Scenario {
  const count = random.between(1, 12)
  const statuses = { P: 12, D: 3, A: 3, W: 1, X: 1 }
  const invitations = Array.from({ length: count }, (_, index) => drawInvitation(index + 1, random, statuses))
  return {
    manifest: drawManifest(random),
    invitations,
    users: EMAILS.filter(() => random.chance(0.8)),
    requiredApprovals: Number(random.weighted({ 0: 5, 1: 2, 2: 3 })),
    author: random.chance(0.3) ? 'alice' : null,
    rounds: Array.from({ length: random.between(1, 3) }, (_, round) => ({
      signers: PEOPLE.filter(() => random.chance(0.6)),
      surprise: drawSurprise(round, random),
      applies: random.chance(0.25) ? [drawApply(random), drawApply(random)] : [drawApply(random)],
    })),
  }
}
