'use strict'
// Loads the built scripts through V8's code cache, which the build writes beside them. Plain JavaScript: copied, not bundled.
const { readFileSync } = require('node:fs')
const { wrap } = require('node:module')
const { Script } = require('node:vm')

/** Of the build that this file belongs to. V8 itself tells sources apart by their length alone. */
const id = 'BUILD_ID'

/** Scripts by name, with their exports and the name of their cache. */
const loaded = new Map()

/** The cache, or undefined where there is none for this build and this version of V8. */
function readCache(source, name) {
  if (!source.startsWith(`/*${id}*/`)) return undefined
  try {
    return readFileSync(`${__dirname}/${name}`)
  } catch {
    return undefined
  }
}

/** What require is within a script: other scripts of the build, and what Node has built in. */
const requireFrom = name => (name.startsWith('./') ? load(name.slice(2)) : require(name))

/** Runs a script of the build once; returns its exports. */
function load(name) {
  const known = loaded.get(name)
  if (known) return known.module.exports
  const file = `${__dirname}/${name}`
  const cacheName = `${name}-${id.slice(0, 16)}-${process.versions.v8}-${process.arch}.cache`
  const source = readFileSync(file, 'latin1')
  const script = new Script(wrap(source), { filename: file, cachedData: readCache(source, cacheName) })
  const module = { exports: {} }
  loaded.set(name, { module, script, cacheName })
  script.runInThisContext()(module.exports, requireFrom, module, file, __dirname)
  return module.exports
}

/** Debugging wants the names of sources in stack traces, which only Node's own loader gives. */
const debugging = () =>
  process.env.GUESTLIST_LOG === 'debug' || process.argv.some(word => word === 'debug' || word === '--log-level=debug')

/** Somebody may have deleted the working folder; what is loaded below takes it for given. */
const hasWorkingFolder = () => {
  try {
    return process.cwd() !== ''
  } catch {
    return false
  }
}

function run() {
  if (!hasWorkingFolder()) {
    process.stderr.write('Error: The working folder does not exist any more, or may not be read\nChange to another.\n')
    process.exitCode = 1
    return undefined
  }
  if (!debugging()) return load('main.js').run()
  process.setSourceMapsEnabled(true)
  return require('./main.js').run()
}

module.exports = { load, loaded, run }
