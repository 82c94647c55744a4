// Bundles src/ and every package that it uses into dist/: the program in chunks that are loaded when a command needs them,
// the library as one module with its types, and the papers of what is inside.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('.', import.meta.url))
const dist = join(root, 'dist')
/** The chunk that makes the man pages. */
const MANUAL = 'man-pages'
const MANUAL_SOURCE = 'src/program/man-pages.ts'
const { name: packageName, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** package.json's version, built in. */
const versionPlugin = {
  name: 'version',
  setup: ({ onLoad }) =>
    onLoad({ filter: /src[/\\]version\.ts$/ }, () => ({
      contents: `export const VERSION = ${JSON.stringify(version)}`,
    })),
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

/**
 * What every run loads first, in one file. Splitting makes a chunk for each set of modules that the same imports reach,
 * and opening twenty small files takes longer than compiling them: so everything that is loaded on demand reaches it.
 */
const startPlugin = {
  name: 'start',
  setup({ onLoad }) {
    const start = join(root, 'src', 'start.ts')
    const onDemand = loadedOnDemand()
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
      if (!onDemand.has(path)) return undefined
      const contents = `${readFileSync(path, 'utf8')}\nimport './${relative(dirname(path), start)}'`
      return { contents, loader: 'ts' }
    })
  },
}

/** The modules of src/ that an `import()` names, and the manual's. */
function loadedOnDemand() {
  const paths = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter(path =>
    path.endsWith('.ts'),
  )
  const named = paths.flatMap(path =>
    [...readFileSync(join(root, 'src', path), 'utf8').matchAll(/\bimport\('(\.[^']+)\.js'\)/g)].map(([, target]) =>
      join(root, 'src', dirname(path), `${target}.ts`),
    ),
  )
  return new Set([...named, join(root, MANUAL_SOURCE)])
}

const COMMON = {
  absWorkingDir: root,
  write: false,
  bundle: true,
  format: 'esm',
  target: 'node20.19',
  metafile: true,
  legalComments: 'none',
  logLevel: 'warning',
}

const PROGRAM = { ...COMMON, outdir: dist, platform: 'node', minify: true, sourcemap: 'linked', sourcesContent: false }

const [entry, program, library] = await Promise.all([
  // Apart, so that it shares nothing with the chunks: that would be one more file to open.
  build({ ...PROGRAM, entryPoints: { main: 'src/main.ts' }, external: ['./start.js'] }),
  build({
    ...PROGRAM,
    entryPoints: { start: 'src/start.ts', [MANUAL]: 'src/program/man-pages.ts' },
    splitting: true,
    // Packages in CommonJS ask for Node's own modules by `require`, which a module does not have.
    banner: { js: "import{createRequire as __require}from'node:module';const require=__require(import.meta.url);" },
    plugins: [versionPlugin, lightPlugin, startPlugin],
  }),
  build({
    ...COMMON,
    entryPoints: { 'lib/index': 'src/index.ts' },
    outdir: dist,
    // Of packages with one form for Node and one for all, the latter, which is modules: yaml.
    platform: 'neutral',
    mainFields: ['module', 'main'],
    external: ['node:*'],
    plugins: [versionPlugin],
  }),
])

const made = new Map([
  ...[...entry.outputFiles, ...program.outputFiles, ...library.outputFiles].map(({ path, text }) => [
    relative(dist, path),
    text,
  ]),
  ...declarations(),
  ...papers(),
])
for (const [name, text] of made) put(name, text)
// What an earlier build left, before anything here is run: its package.json would say how.
for (const name of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  const path = relative(dist, join(name.parentPath, name.name))
  if (name.isFile() && !made.has(path)) rmSync(join(dist, path), { force: true })
}
// The bundle knows its own commands: it writes the manual, and is not shipped for that.
const { manPages } = await import(pathToFileURL(join(dist, `${MANUAL}.js`)).href)
for (const name of [`${MANUAL}.js`, `${MANUAL}.js.map`]) rmSync(join(dist, name))
for (const [name, text] of manPages()) put(join('man', name), text)

/** Whole or not at all: others may be running what is there. */
function put(name, text) {
  const temporary = join(dist, dirname(name), `.${process.pid}.tmp`)
  mkdirSync(dirname(temporary), { recursive: true })
  writeFileSync(temporary, text)
  renameSync(temporary, join(dist, name))
}

/** The types of the library, as far as its own reach. */
function* declarations() {
  const folder = mkdtempSync(join(tmpdir(), 'guestlist-types-'))
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', folder], {
    cwd: root,
    stdio: [0, 2, 2],
  })
  const reached = new Set(['index.d.ts'])
  for (const name of reached) {
    const text = readFileSync(join(folder, 'src', name), 'utf8')
    for (const [, path] of text.matchAll(/\bfrom '(\.[^']+)\.js'/g)) reached.add(join(dirname(name), `${path}.d.ts`))
    yield [join('lib', 'types', name), text]
  }
  rmSync(folder, { recursive: true })
}

/** What the licences of the bundled packages ask for, and a bill of them in CycloneDX's format. */
function* papers() {
  const packages = bundledPackages()
  yield ['THIRD-PARTY-NOTICES', `${packages.map(notice).join(`\n${'-'.repeat(80)}\n\n`)}`]
  const bill = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', 'bom-ref': 'guestlist', name: packageName, version } },
    components: packages.map(({ name, version, license }) => {
      const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`
      return { type: 'library', 'bom-ref': purl, name, version, purl, licenses: [{ license: { id: license } }] }
    }),
  }
  yield ['bom.cdx.json', `${JSON.stringify(bill, null, 2)}\n`]
}

/** Every package of which some code is in the bundle, each once, by name. */
function bundledPackages() {
  const inputs = [program, library].flatMap(({ metafile }) => Object.keys(metafile.inputs))
  // A nested package is told apart by its folder: two versions of one name may be inside.
  const folders = inputs.flatMap(path => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? [])
  return [...new Set(folders)]
    .map(folder => {
      const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
      const file = readdirSync(join(root, folder)).find(name => /^licen[cs]e(\.\w+)?$/i.test(name))
      return { name, version, license, text: file && readFileSync(join(root, folder, file), 'utf8') }
    })
    .sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1))
}

function notice({ name, version, license, text }) {
  return `${name} ${version} (${license})\n\n${text?.trim() ?? `Licensed under ${license}; the package holds no copy of it.`}\n`
}
