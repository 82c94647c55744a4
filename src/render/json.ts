import { RUNNER_COMMAND, UNSAFE } from './unsafe.js'

/** By UTF-16 unit, as JSON has it. Line feeds are the layout's own: those of strings are escaped by then. */
const escaped = (found: string): string =>
  found === '\n'
    ? found
    : found
        .split('')
        .map(unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
        .join('')

/** JSON of the same value whose text is inert on a terminal. `indent`: spaces, 0 for one line. No newline at the end. */
export function jsonText(value: unknown, indent = 2): string {
  return JSON.stringify(value, null, indent).replace(UNSAFE, escaped).replace(RUNNER_COMMAND, escaped)
}
