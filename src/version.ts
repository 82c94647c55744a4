import { readFileSync } from 'node:fs'

/** guestlist's own version, from package.json; the bundle has it built in. */
export const VERSION: string = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version
