import { hasWildcard } from '../model/email-address.js'
import { compileWildcard } from '../reconcile/wildcard.js'
import { NAMESPACE } from './approval-file.js'
import { decodeBase64, isCertificate, KEY_TYPES, type PublicKey, readPublicKey } from './ssh-wire.js'

/** A line of an allowed_signers file (ssh-keygen(1), ALLOWED SIGNERS). */
export interface Signer {
  /** From 1. */
  readonly line: number
  /** Principals written out in full and not excluded by a negated pattern on the same line. */
  readonly principals: readonly string[]
  /** Patterns with wildcards, as written. They name nobody in particular. */
  readonly wildcards: readonly string[]
  readonly key: PublicKey
  /** Whether the key belongs to a certificate authority rather than to a person. */
  readonly certAuthority: boolean
  /** As written; null means every namespace. */
  readonly namespaces: string | null
  /** Whether `namespaces` includes the one for approvals. */
  readonly mayApprove: boolean
  readonly validAfter: Date | null
  readonly validBefore: Date | null
}

export interface SignersFault {
  readonly line: number
  readonly message: string
}

export interface AllowedSigners {
  readonly signers: readonly Signer[]
  /** If there are any, the whole file is rejected: a skipped line might be one that protects somebody. */
  readonly faults: readonly SignersFault[]
}

/** Parses a file as ssh-keygen does, but strictly: lines that ssh-keygen would skip are faults here. */
export function parseAllowedSigners(text: string): AllowedSigners {
  const signers: Signer[] = []
  const faults: SignersFault[] = []
  text.split('\n').forEach((content, index) => {
    // Trims only what OpenSSH treats as whitespace: a byte order mark would be part of a name.
    const trimmed = content.replace(/^[ \t]+|[ \t\r]+$/g, '')
    if (trimmed === '' || trimmed.startsWith('#')) return
    const read = readLine(trimmed, index + 1)
    if (typeof read === 'string') faults.push({ line: index + 1, message: read })
    else signers.push(read)
  })
  if (signers.length === 0 && faults.length === 0) faults.push({ line: 1, message: 'nobody is listed' })
  return { signers, faults }
}

/** Principals, optional options, the key's type and bytes, and an optional comment. */
const LINE = /^(?:"([^"]*)"|([^ \t"]+))[ \t]+(.*)$/s
const OPTIONS = /^((?:[^ \t"]|"(?:\\"|[^"])*")+)[ \t]+(.*)$/s

function readLine(text: string, line: number): Signer | string {
  const [, quoted, plain, rest = ''] = LINE.exec(text) ?? []
  const names = quoted ?? plain
  if (names === undefined) return 'it has no key: a line is PRINCIPAL[,PRINCIPAL] [OPTIONS] KEYTYPE KEY'
  const [, first = '', afterFirst = ''] = OPTIONS.exec(rest) ?? []
  const hasOptions = !looksLikeKeyType(first) && afterFirst !== ''
  const options = hasOptions ? readOptions(first) : NO_OPTIONS
  if (typeof options === 'string') return options
  const principals = readPrincipals(names)
  if (typeof principals === 'string') return principals
  const key = readKey(hasOptions ? afterFirst : rest)
  if (typeof key === 'string') return key
  return { line, ...principals, key, ...options }
}

const looksLikeKeyType = (word: string): boolean =>
  KEY_TYPES.includes(word) || isCertificate(word) || word === 'ssh-dss'

function readKey(text: string): PublicKey | string {
  const [type = '', base64 = ''] = text.split(/[ \t]+/)
  if (isCertificate(type)) return 'it lists a certificate; list the key itself'
  if (!KEY_TYPES.includes(type))
    return `${JSON.stringify(type)} is not a type of key that can sign: ${KEY_TYPES.join(', ')}`
  const blob = decodeBase64(base64)
  const key = blob === null ? null : readPublicKey(blob)
  if (key?.type !== type) return `the key after ${type} is damaged or cut off`
  return key
}

/** Characters that an editor does not show, so that two names could look the same. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\ufffd]/u

function readPrincipals(text: string): Pick<Signer, 'principals' | 'wildcards'> | string {
  const patterns = text.split(',').map(pattern => pattern.trim())
  if (patterns.some(pattern => pattern === '' || pattern === '!')) return 'a principal is empty'
  if (INVISIBLE.test(text)) return 'a principal holds a character that cannot be seen'
  const negated = patterns.filter(pattern => pattern.startsWith('!')).map(pattern => pattern.slice(1))
  const named = patterns.filter(pattern => !pattern.startsWith('!'))
  const allowed = named.filter(pattern => hasWildcard(pattern) || !negated.some(not => compileWildcard(not)(pattern)))
  if (allowed.length === 0) return 'it lists nobody: every principal is excluded by a pattern with "!"'
  return { principals: allowed.filter(pattern => !hasWildcard(pattern)), wildcards: allowed.filter(hasWildcard) }
}

type SignerOptions = Pick<Signer, 'certAuthority' | 'namespaces' | 'mayApprove' | 'validAfter' | 'validBefore'>

const NO_OPTIONS: SignerOptions = {
  certAuthority: false,
  namespaces: null,
  mayApprove: true,
  validAfter: null,
  validBefore: null,
}

const OPTION = /^([a-z-]+)(?:="((?:\\"|[^"])*)")?(?:,|$)/i

function readOptions(text: string): SignerOptions | string {
  const given = new Map<string, string | undefined>()
  for (let rest = text; rest !== ''; ) {
    const [whole, name = '', value] = OPTION.exec(rest) ?? []
    if (whole === undefined || (whole.endsWith(',') && whole.length === rest.length))
      return `options are not written as NAME or NAME="VALUE", separated by commas: ${JSON.stringify(rest)}`
    const key = name.toLowerCase()
    if (!(key in TAKES_VALUE)) return `${JSON.stringify(name)} is not an option: ${Object.keys(TAKES_VALUE).join(', ')}`
    if (given.has(key)) return `the option ${key} is given twice`
    if ((value !== undefined) !== TAKES_VALUE[key])
      return TAKES_VALUE[key] ? `${key} needs a value: ${key}="…"` : `${key} takes no value`
    given.set(key, value?.replaceAll('\\"', '"'))
    rest = rest.slice(whole.length)
  }
  return settle(given)
}

const TAKES_VALUE: Readonly<Record<string, boolean>> = {
  'cert-authority': false,
  namespaces: true,
  'valid-after': true,
  'valid-before': true,
}

function settle(given: ReadonlyMap<string, string | undefined>): SignerOptions | string {
  const namespaces = given.get('namespaces') ?? null
  if (namespaces?.split(',').some(pattern => pattern.trim() === '')) return 'namespaces holds an empty name'
  const [validAfter, validBefore] = [timeOf(given.get('valid-after')), timeOf(given.get('valid-before'))]
  if (validAfter === 'not a time' || validBefore === 'not a time')
    return `${validAfter === 'not a time' ? 'valid-after' : 'valid-before'} is not a time: YYYYMMDD or YYYYMMDDHHMM[SS], with Z for UTC`
  if (validAfter !== null && validBefore !== null && validAfter >= validBefore)
    return 'valid-after is not before valid-before'
  const mayApprove = namespaces === null || matchesList(namespaces.split(','), NAMESPACE)
  return { certAuthority: given.has('cert-authority'), namespaces, mayApprove, validAfter, validBefore }
}

const TIME = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?(Z|UTC)?$/i

/** Without Z, the time is in this machine's time zone, as in ssh-keygen. */
function timeOf(text: string | undefined): Date | null | 'not a time' {
  if (text === undefined) return null
  const match = TIME.exec(text)
  if (match === null) return 'not a time'
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map(part => Number(part ?? 0))
  const asUtc = new Date(Date.UTC(year, month - 1, day, hour, minute, second))
  const written = [
    asUtc.getUTCFullYear(),
    asUtc.getUTCMonth() + 1,
    asUtc.getUTCDate(),
    asUtc.getUTCHours(),
    asUtc.getUTCMinutes(),
    asUtc.getUTCSeconds(),
  ]
  // Date would roll a day that does not exist over into the next month.
  if (String(written) !== String([year, month, day, hour, minute, second])) return 'not a time'
  return match[7] === undefined ? new Date(year, month - 1, day, hour, minute, second) : asUtc
}

/** Like OpenSSH's match_pattern_list: a matching negated pattern wins. */
function matchesList(patterns: readonly string[], text: string): boolean {
  const trimmed = patterns.map(pattern => pattern.trim())
  if (trimmed.some(pattern => pattern.startsWith('!') && compileWildcard(pattern.slice(1))(text))) return false
  return trimmed.some(pattern => !pattern.startsWith('!') && compileWildcard(pattern)(text))
}
