import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build, transform } from 'esbuild'

/** Where the JavaScript of `src` and `test` is put. */
const OUT = '.tap/js'

/**
 * Makes JavaScript of every TypeScript file of `src` and `test`, once for all processes: that each of them strips the
 * types of what it imports takes longer than most tests do. Types are not checked.
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
  await Promise.all([bundleTap(), ...files.map(transpileFile)])
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
    // What a file reads beside itself, it finds beside its source.
    define: {
      'import.meta.url': JSON.stringify(pathToFileURL(file).href),
      'import.meta.dirname': JSON.stringify(resolve(dirname(file))),
    },
  })
  mkdirSync(dirname(out), { recursive: true })
  writeFileSync(out, `${code}//# sourceMappingURL=${basename(out)}.map\n`)
  writeFileSync(`${out}.map`, map)
}

/** tap as one module, where Node finds it first: to load its hundreds of files takes longer than most tests do. */
async function bundleTap(): Promise<void> {
  const folder = join(OUT, 'node_modules', 'tap')
  await build({
    entryPoints: [fileURLToPath(import.meta.resolve('tap'))],
    outfile: join(folder, 'index.js'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    // Some of what it is made of is CommonJS.
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
    },
    logLevel: 'warning',
  })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "exports": "./index.js" }')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await transpile()
