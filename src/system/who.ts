import { hostname, userInfo } from 'node:os'

/** `user@host`, as Terraform's locks name people. */
export function whoAmI(): string {
  return `${userName()}@${hostname()}`
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    // A container may run under a number that has no name.
    return `uid-${process.getuid?.() ?? 'unknown'}`
  }
}
