/** What every run loads, in one piece of the bundle. */
export { processIo } from './cli/io.js'
export { main } from './program/program.js'
