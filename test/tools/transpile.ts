import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build, type Plugin, transform } from 'esbuild'

/** Where the JavaScript for `src` and `test` goes. */
const OUT = '.tap/js'

/**
 * Transpiles every TypeScript file in `src` and `test`, once for all processes: stripping the types of its imports in
 * each process would take longer than most tests. Types are not checked.
 *
 * @return the file to run in place of a TypeScript file, relative to the project
 */
export async function transpile(): Promise<(file: string) => string> {
  rmSync(OUT, { recursive: true, force: true })
  const files = ['src', 'test'].flatMap(folder =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.ts'))
      .map(name => join(folder, name)),
  )
  await Promise.all([bundlePackages(files), ...files.map(transpileFile)])
  symlinkSync(resolve('schemas'), join(OUT, 'schemas'))
  return javaScriptOf
}

const javaScriptOf = (file: string): string => join(OUT, file.replace(/\.ts$/, '.js'))

async function transpileFile(file: string): Promise<void> {
  const out = javaScriptOf(file)
  const { code, map } = await transform(readFileSync(file, 'utf8'), {
    loader: 'ts',
    target: 'node20.19',
    sourcefile: relative(dirname(out), file),
    sourcemap: 'external',
    sourcesContent: false,
    minifyWhitespace: true,
    // A file finds what it reads from its own folder next to its source.
    define: {
      'import.meta.url': JSON.stringify(pathToFileURL(file).href),
      'import.meta.dirname': JSON.stringify(resolve(dirname(file))),
    },
  })
  mkdirSync(dirname(out), { recursive: true })
  writeFileSync(out, `${code}//# sourceMappingURL=${basename(out)}.map\n`)
  writeFileSync(`${out}.map`, map)
}

/** Where Node first looks for the packages that the JavaScript imports. */
const PACKAGES = join(OUT, 'node_modules')

const importedBy = (files: readonly string[]): readonly string[] =>
  files.flatMap(file =>
    [...readFileSync(file, 'utf8').matchAll(/(?:\bfrom |\bimport\()'([a-z@][^':]*)'/g)].map(([, name = '']) => name),
  )

const packageOf = (name: string): string => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name

/** Bundles the packages of `src` and nearly every test: loading their hundreds of files takes longer than most tests. */
async function bundlePackages(files: readonly string[]): Promise<void> {
  const roots = new Set([...importedBy(files.filter(file => file.startsWith('src'))).map(packageOf), 'fast-check'])
  // If a package is bundled, so is every module of it that tests import: Node looks nowhere else.
  const imported = importedBy(files).filter(name => roots.has(packageOf(name)))
  const names = [...new Set(imported)].filter(name => !name.endsWith('.json'))
  const entries = Object.entries(exportsOf(names)).map(([name, exports]) => [outOf(name), reexport(name, exports)])
  await build({
    // Importing tap would start a test.
    entryPoints: Object.fromEntries([['tap/index', fileURLToPath(import.meta.resolve('tap'))], ...entries]),
    outdir: PACKAGES,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    minifySyntax: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    // Some of their dependencies are CommonJS.
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
    },
    plugins: [withoutHooks],
    logLevel: 'warning',
  })
  for (const name of readdirSync(PACKAGES))
    writeFileSync(join(PACKAGES, name, 'package.json'), '{ "type": "module", "main": "index.js" }')
}

/**
 * tap attributes an unhandled error to its test by a hook around every promise, which takes a third of the time in
 * tests with many promises. Here, such an error fails the file.
 */
const DOMAIN = `
  const domains = []
  process.on('uncaughtException', (error, origin) => domains[0].onerror(error, origin))
  export class Domain {
    constructor(onerror) { this.onerror = onerror; domains.push(this) }
    destroy() { if (domains.includes(this)) domains.splice(domains.indexOf(this), 1) }
  }`

const withoutHooks: Plugin = {
  name: 'without-hooks',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]async-hook-domain[\\/].*\.js$/ }, () => ({ contents: DOMAIN }))
  },
}

/** The path of a package's module below the packages, without its extension. */
const outOf = (name: string): string => (/^(@[^/]+\/)?[^/]+$/.test(name) ? `${name}/index` : name.replace(/\.js$/, ''))

/** The exports of each package as Node sees them, without the hooks under which this program runs. */
function exportsOf(names: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const program = `const all = {}
    for (const name of ${JSON.stringify(names)}) all[name] = Object.keys(await import(name))
    console.log(JSON.stringify(all))`
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }))
}

/** Writes a module with named exports, which a bundle of plain CommonJS does not have. @return its path */
function reexport(name: string, exports: readonly string[]): string {
  const file = join(OUT, 'packages', `${outOf(name)}.mjs`)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `export { ${exports.filter(each => /^[\w$]+$/.test(each)).join(', ')} } from '${name}'\n`)
  return file
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await transpile()
