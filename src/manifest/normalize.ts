import { emailKey, hasWildcard } from '../model/email-address.js'
import {
  DEFAULT_GUARDS,
  type Effect,
  type Guards,
  type Manifest,
  type Removal,
  type Rule,
  type Selector,
  type StateConfig,
  type Strength,
} from '../model/manifest.js'
import type { WrittenRemoval, WrittenRule } from './manifest-file.gen.js'
import type { Merged, Written } from './merge.js'

/** The members that are set; absent and undefined mean the same in a manifest. */
function withoutUndefined<T extends object>(value: { readonly [K in keyof T]?: T[K] | undefined }): Partial<T> {
  const set: Partial<T> = {}
  for (const key in value) if (value[key] !== undefined) set[key] = value[key]
  return set
}

const asList = (value: string | readonly string[] | undefined): readonly string[] | undefined =>
  typeof value === 'string' ? [value] : value

/** | keys | strength |: `id` | id; an e-mail without wildcards | email; anything else | pattern. */
function strengthOf({ id, email }: Selector): Strength {
  if (id !== undefined) return 'id'
  return email !== undefined && !hasWildcard(email) ? 'email' : 'pattern'
}

function toRule(effect: Effect, { value, place }: Written<WrittenRule>): Rule {
  const { name = null, owner = null, reason = null, from = null, until = null, email, cloud, project, ...exact } = value
  const selector = withoutUndefined<Selector>({
    ...exact,
    email: email === undefined ? undefined : emailKey(email),
    cloud: asList(cloud),
    project: asList(project),
  })
  return { effect, selector, strength: strengthOf(selector), at: place, name, owner, reason, from, until }
}

const toRemoval = ({ value, place }: Written<WrittenRemoval>): Removal => ({
  email: value.email.trim(),
  key: emailKey(value.email),
  at: place,
  reason: value.reason ?? null,
  from: value.from ?? null,
})

/** Converts a manifest without problems to the engine's form. */
export function normalize(merged: Merged): Manifest {
  return {
    rules: [...merged.accept.map(rule => toRule('accept', rule)), ...merged.deny.map(rule => toRule('deny', rule))],
    unmatched: merged.unmatched?.value ?? 'ignore',
    unmatchedAt: merged.unmatched?.place ?? null,
    removals: merged.remove.map(toRemoval),
    protect: merged.protect.map(({ value, place }) => ({ pattern: emailKey(value), source: place })),
    guards: { ...DEFAULT_GUARDS, ...withoutUndefined<Guards>(merged.guards) },
    state: { backend: 'local', ...withoutUndefined<StateConfig>(merged.state) },
    stateFile: merged.stateFile,
    keycloak: merged.keycloak,
  }
}
