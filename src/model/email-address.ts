import { domainToUnicode } from 'node:url'
import { codePointText } from './text.js'

/**
 * The form in which e-mail addresses and patterns are compared: trimmed, in Unicode NFC, case-folded character by
 * character (lowercasing a whole string depends on context: Σ at the end of a word), and with the domain in Unicode, as
 * IDNA decodes it. Labels with a wildcard are left as written. Widths are not folded (NFC, not NFKC): addresses that a
 * mail server distinguishes remain distinct.
 */
export function emailKey(email: string): string {
  if (PRINTABLE_ASCII.test(email)) {
    const lower = email.toLowerCase()
    return lower.includes(ENCODED) ? withUnicodeDomain(lower) : lower
  }
  const folded = fold(email.trim())
  return folded.includes(ENCODED) ? withUnicodeDomain(folded) : folded
}

/** Most addresses have nothing to trim and only one normal form. */
const PRINTABLE_ASCII = /^[!-~]+$/

/** The prefix of IDNA-encoded labels. */
const ENCODED = 'xn--'

const fold = (text: string): string => text.normalize('NFC').replace(CASED, foldCharacter).normalize('NFC')

const CASED = /[A-Z]|[^\0-\x7f]/gu

/**
 * Simple case folding (C and S of Unicode's CaseFolding.txt): to upper case and then to lower case, each only if it is
 * one character. There are two exceptions: ı does not fold to i, and ﬅ folds to ﬆ.
 */
function foldCharacter(character: string): string {
  if (character === 'ı') return character
  if (character === '\ufb05') return '\ufb06'
  const upper = ifOne(character.toUpperCase(), character)
  return ifOne(upper.toLowerCase(), upper)
}

const ifOne = (text: string, otherwise: string): string =>
  String.fromCodePoint(text.codePointAt(0) ?? 0) === text ? text : otherwise

function withUnicodeDomain(folded: string): string {
  const domain = folded.lastIndexOf('@') + 1
  return folded.slice(0, domain) + folded.slice(domain).split('.').map(unicodeLabel).join('.')
}

/** A label that does not decode, or decodes to another encoded label, is compared unchanged. */
function unicodeLabel(label: string): string {
  if (!label.startsWith(ENCODED) || hasWildcard(label)) return label
  const decoded = domainToUnicode(label)
  return decoded === '' || decoded.startsWith(ENCODED) ? label : fold(decoded)
}

/** Whether a string contains a wildcard: `*` for any run of characters, `?` for exactly one. They cannot be escaped. */
export const hasWildcard = (pattern: string): boolean => /[*?]/.test(pattern)

/**
 * What an address is used for:
 * - `address`: one mailbox, without wildcards;
 * - `pattern`: in a rule, with or without wildcards;
 * - `protection`: a pattern with an `@`, so that it is clearly one of addresses, or `*` for everybody.
 */
export type AddressUse = 'address' | 'pattern' | 'protection'

/** Why nobody can have an address, or no address can match a pattern. */
export interface AddressFault {
  /** What is wrong, as a predicate: "holds a space". */
  readonly fault: string
  /** What to write instead, in complete sentences. */
  readonly advice: string
}

type AddressCheck = (address: string, use: AddressUse) => AddressFault | null

/** The fault of an address that can never match, which would silently void its entry; null for one that can. */
export function addressFault(text: string, use: AddressUse): AddressFault | null {
  const address = text.trim()
  if (PLAIN.test(address) && (use !== 'address' || !hasWildcard(address))) return null
  for (const check of CHECKS) {
    const fault = check(address, use)
    if (fault !== null) return fault
  }
  return null
}

/** Accepts most addresses and patterns quickly. Encoded labels need a closer look. */
const PLAIN = /^[\w.+*?-]+@(?:(?!xn--)[\w*?-]+)(?:\.(?!xn--)[\w*?-]+)*$/i

const WHITE_SPACE = /[\t\n\v\f\r\p{Zs}\p{Zl}\p{Zp}]/u
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}\u2800]/u
const QUOTES = /["“”„‟«»‘’‚‛‹›`´]/u
/**
 * What RFC 5322 excludes from a local part, and no domain contains. Beyond ASCII, everything except letters, marks and
 * digits of any script, what IDNA allows between some letters, and symbols, which occur in practice.
 */
const SPECIAL = /[<>,;:()[\]\\]|(?![\p{L}\p{M}\p{N}\p{So}·׳״・])[^\0-\x7f]/u

const CHECKS: readonly AddressCheck[] = [
  address => (address === '' ? { fault: 'is blank', advice: `Write an address, such as ${EXAMPLE}.` } : null),
  address => (/^mailto:/i.test(address) ? { fault: 'begins with "mailto:"', advice: ALONE } : null),
  address => (WHITE_SPACE.test(address) ? whiteSpace(address) : null),
  address => ifFound(INVISIBLE, address, 'a character that cannot be seen', 'Delete it, or type the address again.'),
  address => ifFound(QUOTES, address, 'a quotation mark', ALONE),
  address => ifFound(SPECIAL, address, 'a character that no address has', oneEach(address)),
  misplacedApostrophe,
  (address, use) =>
    use === 'address' && hasWildcard(address)
      ? { fault: 'holds a wildcard', advice: `Write one exact address, such as ${EXAMPLE}.` }
      : null,
  wrongAt,
  wrongDomain,
]

const EXAMPLE = 'bob@acme.example'
const ALONE = `Write the address alone, such as ${EXAMPLE}.`

const oneEach = (address: string): string =>
  /[,;，；、]/.test(address) ? 'Write each address as an entry of its own.' : ALONE

function ifFound(unwanted: RegExp, address: string, what: string, advice: string): AddressFault | null {
  const [character] = unwanted.exec(address) ?? []
  if (character === undefined) return null
  const shown = INVISIBLE.test(character) ? codePointText(character) : character
  return { fault: `holds ${what} (${shown})`, advice }
}

const whiteSpace = (address: string): AddressFault => ({
  fault: /[\r\n]/.test(address) ? 'continues over several lines' : 'holds white space',
  advice: (address.match(/@/g) ?? []).length > 1 ? 'Write each address as an entry of its own.' : ALONE,
})

/** An apostrophe within a local part (o'brien@acme.example) is part of a name; elsewhere it is a quotation mark. */
function misplacedApostrophe(address: string): AddressFault | null {
  const isMisplaced = /^'|'@|'$/.test(address) || address.lastIndexOf("'") > address.lastIndexOf('@')
  return isMisplaced && address.includes("'") ? { fault: "holds a quotation mark (')", advice: ALONE } : null
}

function wrongAt(address: string, use: AddressUse): AddressFault | null {
  const parts = address.split('@')
  if (parts.length > 2) return { fault: 'holds more than one @', advice: 'Write each address as an entry of its own.' }
  if (parts.length === 1) return withoutAt(address, use)
  if (parts[0] !== '') return null
  const advice = use === 'address' ? ALONE : `For everybody at this domain write "*${address}".`
  return { fault: 'has nothing before the @', advice }
}

/** In a rule's pattern, a wildcard may stand for the @, since it matches addresses. A protection must be explicit. */
function withoutAt(address: string, use: AddressUse): AddressFault | null {
  if (use === 'pattern' && hasWildcard(address)) return null
  if (use === 'protection' && /^\*+$/.test(address)) return null
  const domain = address.replace(/^[*?]+(?!\.)/, '')
  const advice =
    use === 'address' || !domain.includes('.')
      ? `Write the whole address, such as ${EXAMPLE}${use === 'address' ? '' : ', or a pattern, such as "*@acme.example"'}.`
      : `For everybody at a domain write "*@${domain}".`
  return { fault: 'has no @', advice }
}

function wrongDomain(address: string, use: AddressUse): AddressFault | null {
  const at = address.lastIndexOf('@')
  if (at < 0) return null
  const domain = address.slice(at + 1)
  if (domain === '') return { fault: 'has nothing after the @', advice: ALONE }
  if (domain.endsWith('.')) return { fault: 'ends with a dot', advice: 'Remove the dot at the end.' }
  const labels = domain.split('.')
  if (labels.includes('')) return { fault: 'has an empty part in its domain', advice: 'Check the dots after the @.' }
  for (const label of labels) {
    const fault = wrongLabel(label, use)
    if (fault !== null) return fault
  }
  return null
}

/** ASCII characters that no label contains. */
const NOT_IN_LABEL = /(?![\w*?-])[\0-\x7f]/

function wrongLabel(label: string, use: AddressUse): AddressFault | null {
  const [character] = NOT_IN_LABEL.exec(label) ?? []
  if (character !== undefined) {
    return { fault: `has a domain with ${JSON.stringify(character)} in it`, advice: 'Check what follows the @.' }
  }
  if (hasWildcard(label)) {
    if (use === 'address' || !/^xn--/i.test(label)) return null
    const advice = 'Domains are compared in Unicode, decoded: write the letters that are meant, or "*".'
    return { fault: 'has a wildcard in an encoded part of its domain', advice }
  }
  if (!/[^\0-\x7f]/.test(label)) return null
  const canonical = domainToUnicode(label)
  if (canonical === '') return { fault: `has a domain that cannot be one (${label})`, advice: 'Check its letters.' }
  return fold(canonical) === fold(label)
    ? null
    : { fault: `has a domain that is written ${canonical}, not ${label}`, advice: `Write "${canonical}".` }
}
