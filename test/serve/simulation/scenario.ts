import { type Invitation, invitationOf } from '../../../src/model/invitation.js'
import { DEFAULT_GUARDS, type Manifest } from '../../../src/model/manifest.js'
import type { Weather } from '../../simulation/faults.js'
import type { Random } from '../../simulation/random.js'
import type { MachineFate } from './machine.js'

export const INTERVAL_MS = 10_000
/** While it lasts everything goes wrong; after it nothing does. */
export const STORM_MS = 60_000

/** What happens in the world at a moment of the storm, in milliseconds from its beginning. */
export type Happening = { readonly at: number } & (
  | {
      readonly kind: 'invited'
      readonly invitations: readonly Invitation[]
      /** How often each instance is told by a webhook; lost where 0. */
      readonly calls: readonly number[]
    }
  | { readonly kind: 'kill' | 'terminate'; readonly whom: 'leader' | 'other'; readonly restartMs: number | null }
  | {
      readonly kind: 'freeze'
      readonly whom: 'leader' | 'other'
      readonly ms: number
      readonly suspended: boolean
    }
  | { readonly kind: 'cut'; readonly whom: 'leader' | 'other'; readonly ms: number }
  | { readonly kind: 'clock'; readonly whom: 'leader' | 'other'; readonly ms: number }
  | { readonly kind: 'database'; readonly ms: number }
  | { readonly kind: 'session'; readonly state: 'lead' | 'work' }
  | { readonly kind: 'manifest'; readonly ms: number }
  | { readonly kind: 'hang-up'; readonly whom: 'leader' | 'other' }
)

export interface Started {
  readonly fate: MachineFate
  readonly weather: Weather
  readonly retries: number
  readonly parallelism: number
  readonly lockTimeoutMs: number
}

export interface Scenario {
  readonly removals: boolean
  readonly manifest: Manifest
  readonly users: readonly string[]
  /** One for each instance that is started, the restarted ones after the first two. */
  readonly instances: readonly Started[]
  readonly writeFailure: number
  readonly happenings: readonly Happening[]
}

const LEAVING = ['bob@left.example', 'cyd@left.example', 'dan@left.example'] as const

const MANIFEST: Manifest = {
  rules: [
    {
      effect: 'accept',
      selector: { email: '*@a.example' },
      strength: 'pattern',
      at: { file: 'guestlist.yaml', line: 3, column: 5 },
      name: null,
      owner: null,
      reason: null,
      from: null,
      until: null,
    },
    {
      effect: 'deny',
      selector: { email: '*@b.example' },
      strength: 'pattern',
      at: { file: 'guestlist.yaml', line: 5, column: 5 },
      name: null,
      owner: null,
      reason: null,
      from: null,
      until: null,
    },
  ],
  unmatched: 'ignore',
  unmatchedAt: null,
  removals: LEAVING.map((email, index) => ({
    email,
    key: email,
    at: { file: 'guestlist.yaml', line: 8 + index, column: 5 },
    reason: null,
    from: null,
  })),
  protect: [],
  guards: DEFAULT_GUARDS,
  state: { backend: 'postgres', name: 'acme' },
  keycloak: null,
}

export function newInvitation(id: number, random: Random): Invitation {
  const email = `p${id}@${random.pick(['a.example', 'a.example', 'b.example', 'c.example'])}`
  return invitationOf({ id, email, status: 'P', cloud_name: 'Tower', cloud_role: 50 })
}

function drawHappenings(random: Random): readonly Happening[] {
  const happenings: Happening[] = []
  const at = () => random.between(0, STORM_MS)
  const whom = () => random.pick(['leader', 'leader', 'other'] as const)
  const maybe = (probability: number, make: () => Happening) => {
    while (random.chance(probability)) happenings.push(make())
  }
  for (let group = 1; group <= 8; group++) {
    const count = random.between(1, 4)
    const invitations = Array.from({ length: count }, (_, index) => newInvitation(group * 10 + index, random))
    const calls = [0, 0].map(() => (random.chance(0.5) ? random.between(1, 3) : 0))
    happenings.push({ at: at(), kind: 'invited', invitations, calls })
  }
  const restartMs = () => (random.chance(0.7) ? random.between(100, 20_000) : null)
  maybe(0.3, () => ({ at: at(), kind: random.pick(['kill', 'terminate']), whom: whom(), restartMs: restartMs() }))
  maybe(0.4, () => ({
    at: at(),
    kind: 'freeze',
    whom: whom(),
    ms: random.pick([500, 4_000, 11_000, 30_000]),
    suspended: random.chance(0.5),
  }))
  maybe(0.4, () => ({ at: at(), kind: 'cut', whom: whom(), ms: random.pick([1_000, 4_000, 12_000, 30_000]) }))
  maybe(0.3, () => ({
    at: at(),
    kind: 'clock',
    whom: whom(),
    ms: random.pick([-3_600_000, -5_000, 5_000, 3_600_000]),
  }))
  maybe(0.25, () => ({ at: at(), kind: 'database', ms: random.between(1_000, 30_000) }))
  maybe(0.25, () => ({ at: at(), kind: 'session', state: random.pick(['lead', 'work']) }))
  maybe(0.25, () => ({ at: at(), kind: 'manifest', ms: random.between(1_000, 40_000) }))
  maybe(0.25, () => ({ at: at(), kind: 'hang-up', whom: whom() }))
  return happenings
}

function drawStarted(random: Random): Started {
  const fault = random.pick([0, 0.05, 0.2, 0.4])
  return {
    fate: {
      killAt: random.chance(0.2) ? random.between(1, 900) : null,
      killAtChange: random.chance(0.2) ? random.between(1, 12) : null,
      freezeAtChange: random.chance(0.3) ? random.between(1, 12) : null,
      powerLoss: random.chance(0.3),
      freezeAt: random.chance(0.2) ? random.between(1, 900) : null,
      freezeMs: random.pick([3_500, 11_000, 30_000]),
      suspended: random.chance(0.5),
    },
    weather: {
      fault,
      outage: random.chance(0.1) ? 0.6 : 0,
      unauthorized: 0,
      forbidden: 0,
      stale: 0,
      lie: 0,
    },
    retries: random.between(0, 2),
    parallelism: random.between(1, 4),
    lockTimeoutMs: random.pick([0, 5_000, 60_000]),
  }
}

export function drawScenario(random: Random): Scenario {
  return {
    removals: random.chance(0.5),
    manifest: MANIFEST,
    users: LEAVING.filter(() => random.chance(0.8)),
    // More than are ever started: who dies may be started again.
    instances: Array.from({ length: 12 }, () => drawStarted(random)),
    writeFailure: random.chance(0.2) ? 0.3 : 0,
    happenings: drawHappenings(random),
  }
}
