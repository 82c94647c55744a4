/**
 * Milliseconds to wait by a `Retry-After` header (RFC 9110, 10.2.3: seconds or an HTTP date), never below 0;
 * undefined where there is none or it says neither.
 */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  const text = header?.trim()
  if (text === undefined || text === '') return undefined
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(Number(text) * 1000, Number.MAX_SAFE_INTEGER)
  // A date has a day's name first; Date.parse alone would also take "-5".
  if (!/^[A-Za-z]{3,9},? /.test(text)) return undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}
