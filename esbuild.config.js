// Bundles src/ and what it depends on into dist/: one entry, and chunks that are loaded when a command needs them.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import standaloneCode from 'ajv/dist/standalone/index.js'
import { build, transform } from 'esbuild'

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
    onLoad({ filter: /src[/\\]\w+[/\\][\w-]*validator\.ts$/ }, async ({ path }) => {
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

/**
 * Three imports cost more at start-up than all of guestlist, for what it never does: string-width measures graphemes by
 * Unicode segmentation (here: by code points without colours, which is right for what --help and the progress bar
 * print), node:assert brings its formatter for a handful of yargs' checks, and got's HTTP/2 makes a TLS context.
 */
const LIGHT = {
  'string-width': String.raw`export default text => Array.from(text.replace(/\x1b\[[\d;]*m/g, '')).length`,
  'http2-wrapper': 'export default {}',
  assert: `
    const check = holds => (a, b, message) => { if (!holds(a, b)) throw new Error(typeof message === 'string' ? message : 'assertion failed') }
    export const strictEqual = check(Object.is)
    export const notStrictEqual = check((a, b) => !Object.is(a, b))`,
}

const lightPlugin = {
  name: 'light',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^(string-width|http2-wrapper|(node:)?assert)$/ }, ({ path, importer }) => {
      const name = path.replace('node:', '')
      return name !== 'assert' || /[\\/]yargs[\\/]/.test(importer) ? { path: name, namespace: 'light' } : undefined
    })
    onLoad({ filter: /.*/, namespace: 'light' }, ({ path }) => ({ contents: LIGHT[path] }))
    // Two list formatters for the words of assertions: loading the languages for them costs 10 ms.
    onLoad({ filter: /@sindresorhus[\\/]is[\\/]distribution[\\/]index\.js$/ }, ({ path }) => {
      const contents = readFileSync(path, 'utf8').replaceAll(
        /new Intl\.ListFormat\(.*\);/g,
        "{ format: list => list.join(', ') };",
      )
      if (contents.includes('Intl.')) throw new Error(`${path} uses Intl in a way that the build does not know`)
      return { contents }
    })
  },
}

const dist = join(root, 'dist')

/*
 * First to modules: only that way esbuild shares code between chunks, and loads those of a command when it runs. Then each
 * chunk to a script, for V8 keeps the compiled code of scripts only.
 */
const bundled = await build({
  entryPoints: { main: join(root, 'src/main.ts') },
  outdir: dist,
  write: false,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  define: { 'import.meta.url': '__moduleUrl' },
  sourcemap: 'inline',
  sourcesContent: false,
  legalComments: 'none',
  plugins: [versionPlugin, validatorPlugin, lightPlugin],
  logLevel: 'warning',
})
const library = buildLibrary()
const id = createHash('sha256')
  .update(bundled.outputFiles.map(({ hash }) => hash).join())
  .digest('hex')
  .slice(0, 32)

/** A chunk as start.js loads it. It begins with the build's id, by which start.js knows that its cache fits. */
async function toScript({ path, text }) {
  const { code, map } = await transform(
    text.replaceAll('__moduleUrl', 'require("node:url").pathToFileURL(__filename).href'),
    {
      format: 'cjs',
      platform: 'node',
      target: 'node20.19',
      minify: true,
      supported: { 'dynamic-import': false },
      banner: `/*${id}*/`,
      sourcemap: 'external',
      sourcesContent: false,
      sourcefile: basename(path),
    },
  )
  const name = basename(path)
  return { name, code: `${code}//# sourceMappingURL=${name}.map\n`, map }
}

/** Whole or not at all: others may be running what is there. */
function put(name, content) {
  const temporary = join(dist, dirname(name), `.${basename(name)}.${process.pid}`)
  mkdirSync(dirname(temporary), { recursive: true })
  writeFileSync(temporary, content)
  renameSync(temporary, join(dist, name))
}

put('package.json', '{ "type": "commonjs" }\n')
const scripts = await Promise.all(bundled.outputFiles.map(toScript))
for (const { name, code, map } of scripts) {
  put(name, code)
  put(`${name}.map`, map)
}
put('start.js', readFileSync(join(root, 'src/start.cjs'), 'utf8').replace('BUILD_ID', id))
const caches = await writeCodeCaches()
await library
const made = new Set([
  'package.json',
  'start.js',
  'lib',
  ...scripts.flatMap(({ name }) => [name, `${name}.map`]),
  ...caches,
])
for (const name of readdirSync(dist))
  if (!made.has(name) && !name.startsWith('.')) rmSync(join(dist, name), { recursive: true, force: true })

/** dist/lib: src/index.ts as one module, not minified, and the declarations that it reaches. */
async function buildLibrary() {
  const declarations = mkdtempSync(join(tmpdir(), 'guestlist-types-'))
  const [{ outputFiles }] = await Promise.all([
    build({
      entryPoints: [join(root, 'src/index.ts')],
      write: false,
      bundle: true,
      format: 'esm',
      // Of packages with one form for Node and one for all, the latter, which is modules: yaml.
      platform: 'neutral',
      mainFields: ['module', 'main'],
      external: ['node:*'],
      target: 'node20.19',
      legalComments: 'none',
      plugins: [versionPlugin, validatorPlugin],
      logLevel: 'warning',
    }),
    run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', declarations),
  ])
  put('lib/package.json', '{ "type": "module", "sideEffects": false }\n')
  for (const { text } of outputFiles) put('lib/index.js', text)
  const reached = new Set(['index.d.ts'])
  for (const name of reached) {
    const text = readFileSync(join(declarations, 'src', name), 'utf8')
    for (const [, path] of text.matchAll(/\bfrom '(\.[^']+)\.js'/g)) reached.add(join(dirname(name), `${path}.d.ts`))
    put(join('lib/types', name), text)
  }
  rmSync(declarations, { recursive: true })
}

/** Runs a script of the project in a process of its own, until it ends well. */
function run(script, ...args) {
  const child = spawn(process.execPath, [join(root, script), ...args], { cwd: root, stdio: ['ignore', 2, 2] })
  return new Promise((resolve, reject) => {
    child.once('exit', code => (code === 0 ? resolve() : reject(new Error(`${script} ended with ${code}`))))
  })
}

/**
 * Writes V8's code cache of each chunk beside it, from a process that has run what commands run: with it a start takes
 * a third of the time. It fits one version of V8; start.js does without where it does not fit. Returns their names.
 */
async function writeCodeCaches() {
  const { load, loaded } = createRequire(import.meta.url)(join(dist, 'start.js'))
  const program = load('main.js')
  const { env, stop } = await startSandbox()
  const cwd = mkdtempSync(join(tmpdir(), 'guestlist-build-'))
  cpSync(join(root, 'examples', 'quickstart'), cwd, { recursive: true })
  const nothing = () => undefined
  const interrupt = new AbortController().signal
  const io = {
    out: nothing,
    async outAll(pieces) {
      for (const _ of pieces) nothing()
    },
    err: nothing,
    stdin: process.stdin,
    env,
    cwd,
    outIsTerminal: false,
    errIsTerminal: false,
    columns: 80,
    interrupt,
  }
  const lines = [
    '--version',
    '--help',
    'plan --help',
    'validate',
    'plan',
    'plan --json --out plan.json',
    'apply plan.json',
    'plan',
  ]
  try {
    for (const line of lines) {
      const argv = line.split(' ')
      const code = await program.main(argv, io)
      if (code !== 0) throw new Error(`guestlist ${argv.join(' ')} ended with ${code} while the build warmed up`)
    }
  } finally {
    stop()
    rmSync(cwd, { recursive: true })
  }
  return [...loaded.values()].map(({ cacheName, script }) => {
    put(cacheName, script.createCachedData())
    return cacheName
  })
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
