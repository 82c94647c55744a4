// Bundles src/ and what it depends on into dist/: one entry, and chunks that are loaded when a command needs them.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import standaloneCode from 'ajv/dist/standalone/index.js'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('.', import.meta.url))
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** package.json's version, built in. */
const versionPlugin = {
  name: 'version',
  setup: ({ onLoad }) =>
    onLoad({ filter: /src[/\\]version\.ts$/ }, () => ({ contents: `export const VERSION = ${JSON.stringify(version)}` })),
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
      for (const [name, validate] of exported) codes.set(`${path}#${name}`, standaloneCode.default(validate.ajv, validate))
      const lines = exported.map(([name]) => `export { default as ${name} } from ${JSON.stringify(`standalone:${path}#${name}`)}`)
      return { contents: lines.join('\n') }
    })
    onResolve({ filter: /^standalone:/ }, ({ path }) => ({ path: path.slice('standalone:'.length), namespace: 'standalone' }))
    onLoad({ filter: /.*/, namespace: 'standalone' }, ({ path }) => ({ contents: codes.get(path), resolveDir: root }))
  },
}

await build({
  entryPoints: [join(root, 'src/main.ts')],
  outdir: join(root, 'dist'),
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: true,
  // CommonJS dependencies call require for what Node has built in.
  banner: { js: "import { createRequire as _createRequire } from 'node:module'; const require = _createRequire(import.meta.url);" },
  plugins: [versionPlugin, validatorPlugin],
  logLevel: 'warning',
})
