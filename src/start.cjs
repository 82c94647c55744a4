'use strict'
// Loads the bundle through V8's code cache, which the build writes beside it. Plain JavaScript: it is copied, not bundled.
const { readFileSync } = require('node:fs')
const { createRequire, wrap } = require('node:module')
const { join } = require('node:path')
const { Script } = require('node:vm')

const bundle = join(__dirname, 'guestlist.js')
/** Of the bundle that this file was built with. V8 itself tells sources apart by their length alone. */
const id = 'BUILD_ID'
const cacheFile = join(__dirname, `${id}-${process.versions.v8}-${process.arch}.cache`)

/** The cache, or undefined where there is none for this bundle and this version of V8. */
function readCache(source) {
  if (!source.startsWith(`/*${id}*/`)) return undefined
  try {
    return readFileSync(cacheFile)
  } catch {
    return undefined
  }
}

/** Runs the bundle; `script` is what a cache is made from, `program` what the bundle exports. */
function load() {
  const source = readFileSync(bundle, 'latin1')
  const script = new Script(wrap(source), { filename: bundle, cachedData: readCache(source) })
  const module = { exports: {} }
  script.runInThisContext()(module.exports, createRequire(bundle), module, bundle, __dirname)
  return { script, program: module.exports }
}

/** Debugging wants the names of sources in stack traces, which only Node's own loader gives. */
const debugging = () =>
  process.env.GUESTLIST_LOG === 'debug' || process.argv.some(word => word === 'debug' || word === '--log-level=debug')

function run() {
  if (!debugging()) return load().program.run()
  process.setSourceMapsEnabled(true)
  return require('./guestlist.js').run()
}

module.exports = { load, run, cacheFile }
