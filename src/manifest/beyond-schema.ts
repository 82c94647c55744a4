import { type AddressUse, addressFault } from '../model/email-address.js'
import { memberOf } from '../model/json.js'
import { type PendingProblem, type ProblemText, problemAt, subjectOf } from './problems.js'
import type { Tree } from './tree.js'

/** A fault that the schema cannot express: where the value is, and what is wrong with it. */
interface ValueFault {
  readonly path: readonly string[]
  words(tree: Tree): ProblemText
}

const USES: Readonly<Record<string, AddressUse>> = {
  accept: 'pattern',
  deny: 'pattern',
  remove: 'address',
  protect: 'protection',
}

/** What the address at a path is used for; null if it is not an address. */
export function useOf([, list = '', , key]: readonly string[]): AddressUse | null {
  return key === 'email' || list === 'protect' ? (USES[list] ?? null) : null
}

/** Addresses that could never match, and rules that never apply. */
export function faultsBeyondSchema(data: unknown): readonly ValueFault[] {
  return Object.entries(USES).flatMap(([list, use]) => {
    const section = list === 'accept' || list === 'deny' ? 'invitations' : 'users'
    const entries = memberOf(memberOf(data, section), list)
    if (!Array.isArray(entries)) return []
    return entries.flatMap((entry: unknown, index): ValueFault[] => {
      const path = [section, list, String(index)]
      if (list === 'protect') return addressFaults(path, entry, use)
      return [...addressFaults([...path, 'email'], memberOf(entry, 'email'), use), ...periodFaults(path, entry)]
    })
  })
}

function addressFaults(path: readonly string[], text: unknown, use: AddressUse): ValueFault[] {
  if (typeof text !== 'string' || addressFault(text, use) === null) return []
  return [{ path, words: tree => addressWords(path, text, use, tree) }]
}

function periodFaults(path: readonly string[], entry: unknown): ValueFault[] {
  const [from, until] = [memberOf(entry, 'from'), memberOf(entry, 'until')]
  if (typeof from !== 'string' || typeof until !== 'string' || !DAY.test(from) || !DAY.test(until) || from <= until)
    return []
  const words = {
    summary: `The rule never applies: it begins on ${from} and ends with ${until}`,
    detail: '`from` is the first day and `until` the last. Correct one of them.',
  }
  return [{ path: [...path, 'from'], words: () => words }]
}

const DAY = /^\d{4}-\d{2}-\d{2}$/

export const faultProblem = (tree: Tree, { path, words }: ValueFault): PendingProblem =>
  problemAt('wrong-value', { source: tree.source, ...tree.span(path) }, () => words(tree))

/** What is wrong with an address. A forgotten dash joins two lines into one value. */
export function addressWords(path: readonly string[], text: string, use: AddressUse, tree: Tree): ProblemText {
  const { fault, advice } = addressFault(text, use) ?? NO_ADDRESS
  const { start, end } = tree.span(path)
  const isFolded = tree.source.text.slice(start, end).trimEnd().includes('\n')
  const lines = isFolded
    ? 'Its lines are read as one value: begin the line of each address with a dash of its own.'
    : advice
  return { summary: `${subjectOf(path)} ${fault}`, detail: lines }
}

const NO_ADDRESS = { fault: 'must be an e-mail address', advice: 'For example: bob@acme.example' }
