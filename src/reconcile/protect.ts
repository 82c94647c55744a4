import type { Protection } from '../model/manifest.js'
import type { Refusal } from '../model/plan.js'
import { placeText } from '../model/problem.js'
import { compileWildcard } from './wildcard.js'

/** The first protection that covers an address (in the form of `emailKey`), or null. */
export type ProtectionIndex = (key: string) => Protection | null

export function indexProtections(protections: readonly Protection[]): ProtectionIndex {
  const compiled = protections.map(protection => ({ protection, matches: compileWildcard(protection.pattern) }))
  return key => compiled.find(({ matches }) => matches(key))?.protection ?? null
}

/** Where a protection was set, for people: `file:line:column`, `--protect` or `GUESTLIST_PROTECT`. */
export const protectionSource = ({ source }: Protection): string =>
  typeof source === 'string' ? source : placeText(source)

type ProtectedRefusal = Extract<Refusal, { kind: 'protected' }>

/** Why a removal is refused, and with it the whole plan. */
export function protectionRefusal(
  { address, email, rule }: Pick<ProtectedRefusal, 'address' | 'email' | 'rule'>,
  protection: Protection,
): ProtectedRefusal {
  const by = protectionSource(protection)
  return {
    kind: 'protected',
    code: 'protected',
    address,
    email,
    pattern: protection.pattern,
    protected_by: by,
    rule,
    message: `${email} is protected by "${protection.pattern}" (${by}) and cannot be removed. Remove the address from users.remove, or have the protection changed by whoever set it.`,
  }
}
