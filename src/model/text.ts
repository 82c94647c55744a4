/**
 * The order of every list that guestlist prints, hashes or writes: by UTF-16 code unit, so that it is the same
 * on every machine and in every locale.
 */
export const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/**
 * The form in which two e-mail addresses are compared: trimmed, Unicode NFC, lower case.
 * Widths are not folded (NFC, not NFKC): two addresses that a mail server tells apart stay two.
 */
export const emailKey = (email: string): string =>
  PRINTABLE_ASCII.test(email) ? email.toLowerCase() : email.trim().normalize('NFC').toLowerCase().normalize('NFC')

/** Most addresses: nothing to trim and one normal form. */
const PRINTABLE_ASCII = /^[!-~]+$/

/** JSON with its keys in code-unit order at every depth: equal values give equal bytes. Undefined members are left out. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => byCodeUnit(a, b))
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`
}
