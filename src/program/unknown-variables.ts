import { optionsOf } from '../cli/command.js'
import { variableName } from '../cli/option.js'
import { suggest } from '../manifest/suggest.js'
import { CATALOG } from './catalog.js'

/** What is read from the environment besides flags. */
const OTHER_VARIABLES = [
  'GUESTLIST_CONFIG_DIR', // where logins are kept
  'GUESTLIST_STATE_POSTGRES', // the connection of the state's database
  'GUESTLIST_WEBHOOK_SECRET',
  'GUESTLIST_WEBHOOK_SECRET_FILE',
] as const

/** One sentence for each `GUESTLIST_…` variable that nothing reads: guards are set that way, and a typo would undo one. */
export function unknownVariables(env: NodeJS.ProcessEnv): readonly string[] {
  const known = new Set<string>(OTHER_VARIABLES)
  for (const command of CATALOG.commands) {
    for (const [key, option] of Object.entries(optionsOf(command))) {
      for (const name of [variableName(key), ...(option.env ?? [])]) known.add(name)
    }
  }
  return Object.keys(env)
    .filter(name => name.startsWith('GUESTLIST_') && !known.has(name))
    .sort()
    .map(name => {
      const near = suggest(name, [...known])
      return `${name} has no effect: no flag has this name.${near === null ? '' : ` Did you mean ${near}?`}`
    })
}
