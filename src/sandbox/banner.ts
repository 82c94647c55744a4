import type { Sandbox } from './options.js'

/** A word as it is, anything else quoted for a POSIX shell. */
const shellWord = (text: string): string =>
  /^[\w.,:/@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`

/** What the `sandbox` command prints: the address, then the variables to paste into a shell, a line each. */
export function sandboxBanner({ url, apiKey }: Pick<Sandbox, 'url' | 'apiKey'>): string {
  return `${url}\nexport BIMDATA_API_URL=${shellWord(url)}\nexport BIMDATA_API_KEY=${shellWord(apiKey)}\n`
}
