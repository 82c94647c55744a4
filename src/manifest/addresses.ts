import { type AddressUse, addressFault } from '../model/email-address.js'
import { type Draft, subjectOf, type Words } from './problems.js'
import { isRecord } from './schema.js'
import type { Tree } from './tree.js'

/** Where an address is written, and as what. */
interface WrittenAddress {
  readonly path: readonly string[]
  readonly text: string
  readonly use: AddressUse
}

const USES: Readonly<Record<string, AddressUse>> = {
  accept: 'pattern',
  deny: 'pattern',
  remove: 'address',
  protect: 'protection',
}

/** What the address at a path is written for; null for what is no address. */
export function useOf([, list = '', , key]: readonly string[]): AddressUse | null {
  return key === 'email' || list === 'protect' ? (USES[list] ?? null) : null
}

/** Addresses that could never match, wherever one is written: beyond the schema, whose patterns an editor checks as well. */
export function faultyAddresses(data: unknown): readonly WrittenAddress[] {
  return Object.keys(USES)
    .flatMap(list => addressesOf(data, list))
    .filter(({ text, use }) => addressFault(text, use) !== null)
}

function addressesOf(data: unknown, list: string): WrittenAddress[] {
  const section = list === 'accept' || list === 'deny' ? 'invitations' : 'users'
  const use = USES[list]
  const entries = memberOf(memberOf(data, section), list)
  if (!Array.isArray(entries) || use === undefined) return []
  return entries.flatMap((entry: unknown, index) => {
    const path = [section, list, String(index)]
    if (list === 'protect') return typeof entry === 'string' ? { path, text: entry, use } : []
    const text = memberOf(entry, 'email')
    return typeof text === 'string' ? { path: [...path, 'email'], text, use } : []
  })
}

const memberOf = (value: unknown, key: string): unknown => (isRecord(value) ? value[key] : undefined)

export function addressDraft(tree: Tree, { path, text, use }: WrittenAddress): Draft {
  const span = tree.span(path)
  return { code: 'wrong-value', source: tree.source, ...span, say: () => addressWords(path, text, use, tree) }
}

/** What is wrong with an address; a dash that was forgotten makes one value of two lines. */
export function addressWords(path: readonly string[], text: string, use: AddressUse, tree: Tree): Words {
  const { fault, advice } = addressFault(text, use) ?? NO_ADDRESS
  const { start, end } = tree.span(path)
  const isFolded = tree.source.text.slice(start, end).trimEnd().includes('\n')
  const lines = isFolded
    ? 'Its lines are read as one value: begin the line of each address with a dash of its own.'
    : advice
  return { summary: `${subjectOf(path)} ${fault}`, detail: lines }
}

const NO_ADDRESS = { fault: 'must be an e-mail address', advice: 'For example: bob@acme.example' }
