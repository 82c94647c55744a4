import { readFileSync } from 'node:fs'

/** guestlist's own version, from package.json; inlined in the bundle. */
export const VERSION: string = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version
