// Bundles src/ and what it depends on into dist/: one entry, and chunks that are loaded when a command needs them.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import standaloneCode from 'ajv/dist/standalone/index.js'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('.', import.meta.url))
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** package.json's version, built in. */
const versionPlugin = {
  name: 'version',
  setup: ({ onLoad }) =>
    onLoad({ filter: /src[/\\]version\.ts$/ }, () => ({
      contents: `export const VERSION = ${JSON.stringify(version)}`,
    })),
}

/** Ajv whose validators can be turned into code, and remember the instance that compiled them. */
const recordingAjv = `
  import { createRequire } from 'node:module'
  const { Ajv: Real } = createRequire(${JSON.stringify(join(root, 'package.json'))})('ajv')
  export class Ajv extends Real {
    constructor(options) { super({ ...options, code: { source: true, esm: true } }) }
    compile(schema) { const validate = super.compile(schema); validate.ajv = this; return validate }
  }`

const recordingPlugin = {
  name: 'recording-ajv',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^ajv$/ }, () => ({ path: 'ajv', namespace: 'recording' }))
    onLoad({ filter: /.*/, namespace: 'recording' }, () => ({ contents: recordingAjv, resolveDir: root }))
  },
}

/** The exports of a validator.ts, run as it stands but for the recording Ajv. */
async function loadValidators(path) {
  const folder = mkdtempSync(join(root, 'node_modules', '.validator-'))
  try {
    // As deep as the source, so that paths relative to it hold.
    const outfile = join(folder, 'validator.mjs')
    await build({
      entryPoints: [path],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      packages: 'external',
      define: { 'import.meta.url': JSON.stringify(pathToFileURL(path).href) },
      plugins: [recordingPlugin],
      logLevel: 'warning',
    })
    return await import(pathToFileURL(outfile).href)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** In place of every validator.ts, ajv's standalone code of what it exports: compiling schemas at start-up costs 50 ms. */
const validatorPlugin = {
  name: 'standalone-validators',
  setup({ onLoad, onResolve }) {
    const codes = new Map()
    onLoad({ filter: /src[/\\]\w+[/\\]validator\.ts$/ }, async ({ path }) => {
      const exported = Object.entries(await loadValidators(path))
      for (const [name, validate] of exported)
        codes.set(`${path}#${name}`, standaloneCode.default(validate.ajv, validate))
      const lines = exported.map(
        ([name]) => `export { default as ${name} } from ${JSON.stringify(`standalone:${path}#${name}`)}`,
      )
      return { contents: lines.join('\n') }
    })
    onResolve({ filter: /^standalone:/ }, ({ path }) => ({
      path: path.slice('standalone:'.length),
      namespace: 'standalone',
    }))
    onLoad({ filter: /.*/, namespace: 'standalone' }, ({ path }) => ({ contents: codes.get(path), resolveDir: root }))
  },
}

const dist = join(root, 'dist')

/** Stands for the bundle's own hash until that is known; of the same length, so that source maps hold. */
const UNKNOWN_ID = '0'.repeat(32)

const bundled = await build({
  entryPoints: { guestlist: join(root, 'src/main.ts') },
  outdir: dist,
  write: false,
  bundle: true,
  minify: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20.19',
  // What a command alone needs stays in functions of its own, run when it is first imported.
  supported: { 'dynamic-import': false },
  define: { 'import.meta.url': '__moduleUrl' },
  banner: { js: `/*${UNKNOWN_ID}*/const __moduleUrl=require("node:url").pathToFileURL(__filename).href;` },
  sourcemap: true,
  sourcesContent: false,
  legalComments: 'none',
  plugins: [versionPlugin, validatorPlugin],
  logLevel: 'warning',
})
const id = createHash('sha256')
  .update(bundled.outputFiles.map(({ hash }) => hash).join())
  .digest('hex')
  .slice(0, 32)

/** Whole or not at all: others may be running what is there. */
function put(name, content) {
  const temporary = join(dist, `.${name}.${process.pid}`)
  writeFileSync(temporary, content)
  renameSync(temporary, join(dist, name))
}

mkdirSync(dist, { recursive: true })
put('package.json', '{ "type": "commonjs" }\n')
for (const { path, text } of bundled.outputFiles) put(basename(path), text.replace(UNKNOWN_ID, id))
put('start.js', readFileSync(join(root, 'src/start.cjs'), 'utf8').replace('BUILD_ID', id))
await writeCodeCache()
const made = new Set([
  'package.json',
  'start.js',
  'guestlist.js',
  'guestlist.js.map',
  `${id}-${process.versions.v8}-${process.arch}.cache`,
])
for (const name of readdirSync(dist))
  if (!made.has(name) && !name.startsWith('.')) rmSync(join(dist, name), { recursive: true, force: true })

/**
 * Writes V8's code cache of the bundle beside it, from a process that has run what commands run: with it a start takes
 * a third of the time. It fits one version of V8; start.js does without where it does not fit.
 */
async function writeCodeCache() {
  const { load, cacheFile } = createRequire(import.meta.url)(join(dist, 'start.js'))
  const { script, program } = load()
  const examples = join(root, 'examples', 'quickstart')
  const { env, stop } = await startSandbox()
  const io = {
    out: () => undefined,
    err: () => undefined,
    stdin: process.stdin,
    env,
    cwd: root,
    outIsTerminal: false,
    errIsTerminal: false,
    columns: 80,
    interrupt: new AbortController().signal,
  }
  const lines = [
    ['--version'],
    ['--help'],
    ['plan', '--help'],
    ['validate', '-f', examples],
    ['plan', '-f', examples],
    ['plan', '-f', examples, '--json'],
  ]
  for (const argv of lines) {
    const code = await program.main(argv, io)
    if (code !== 0) throw new Error(`guestlist ${argv.join(' ')} ended with ${code} while the build warmed up`)
  }
  stop()
  put(basename(cacheFile), script.createCachedData())
}

/** In a process of its own: its code is not to fill the cache. Resolves to the variables that it prints. */
function startSandbox() {
  const child = spawn(process.execPath, [join(root, 'bin/guestlist.js'), 'sandbox'], {
    cwd: root,
    env: {},
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return new Promise((resolve, reject) => {
    let text = ''
    child.once('exit', code => reject(new Error(`the sandbox ended with ${code}`)))
    child.stdout.on('data', chunk => {
      text += chunk
      const env = Object.fromEntries(
        [...text.matchAll(/^export (\w+)=(\S+)\n/gm)].map(([, name, value]) => [name, value]),
      )
      if (Object.keys(env).length === 2) resolve({ env, stop: () => child.kill() })
    })
  })
}
