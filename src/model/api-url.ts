/**
 * The one spelling of an API's address: host in lower case, no default port, no slash at its end. Text that is no address stays
 * as it is, but for the slashes.
 */
export function canonicalApiUrl(address: string | URL): string {
  const text = String(address)
  return (URL.canParse(text) ? new URL(text).href : text).replace(/\/+$/, '')
}
