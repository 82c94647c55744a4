import type { LintRule } from '../context.js'

/**
 * A comment `# guestlist-lint: allow CODE (why)` silences nothing: its code is misspelt, it is in the wrong place, or what it
 * allowed is no more. It cannot be allowed itself.
 */
export const unusedAllow: LintRule = {
  code: 'unused-allow',
  level: 'warning',
  // What is unused is known only when all others have looked: see lint.ts.
  find: () => [],
}
