import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const SRC = fileURLToPath(new URL('../src', import.meta.url))

/** What each part may import besides itself; the arrows of CONTRIBUTING. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  model: [],
  system: ['model'],
  http: ['model', 'system'],
  auth: ['model', 'system', 'http'],
  api: ['model', 'system', 'http', 'auth'],
  state: ['model', 'system', 'http'],
  manifest: ['model'],
  reconcile: ['model', 'manifest'],
  codes: [],
  documents: ['model', 'system', 'render'],
  lint: ['model', 'manifest', 'reconcile', 'render'],
  keycloak: ['model', 'http', 'auth', 'reconcile'],
  loss: ['model', 'reconcile'],
  review: ['model', 'audit', 'reconcile', 'render'],
  'policy-test': ['model', 'manifest', 'reconcile', 'render', 'lint'],
  execute: ['model', 'system', 'reconcile', 'http'],
  audit: ['model', 'system'],
  approval: ['model', 'system', 'reconcile'],
  render: ['model', 'documents'],
  serve: ['model', 'http', 'render'],
  sandbox: ['model', 'system'],
  cli: ['model', 'system', 'render', 'audit', 'state'],
  commands: [
    'model',
    'system',
    'http',
    'auth',
    'api',
    'manifest',
    'reconcile',
    'documents',
    'state',
    'execute',
    'approval',
    'audit',
    'codes',
    'keycloak',
    'loss',
    'render',
    'review',
    'sandbox',
    'lint',
    'serve',
    'policy-test',
    'cli',
    'version.ts',
  ],
  program: ['model', 'manifest', 'render', 'cli', 'commands', 'version.ts'],
  'version.ts': [],
  'main.ts': ['start.ts'],
  'start.ts': ['program', 'cli'],
  'index.ts': ['model', 'manifest', 'reconcile', 'documents', 'render'],
}

/** Packages that only these parts may import. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  got: ['http'],
  hpagent: ['http'],
  'openid-client': ['auth'],
  'env-paths': ['auth'],
  yargs: ['program'],
  diff: ['render'],
  'find-my-way': ['sandbox', 'serve'],
  pg: ['state'],
  'prom-client': ['serve'],
  jose: ['sandbox'],
}

interface Import {
  readonly file: string
  readonly part: string
  readonly specifier: string
  /** Types vanish: they make no arrow at run time, but they count all the same. */
  readonly target: string | null
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'))

const partOf = (file: string): string => file.split(sep)[0] ?? file

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(join(SRC, file), 'utf8')
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\s[^'"`]*?from\s+'([^']+)'|\bimport\('([^']+)'\)|(?:^|\n)import\s+'([^']+)'/g,
  )
  return [...found].map(match => {
    const specifier = match[1] ?? match[2] ?? match[3] ?? ''
    const inside = specifier.startsWith('.') ? relative(SRC, join(SRC, dirname(file), specifier)) : null
    return { file, part: partOf(file), specifier, target: inside?.startsWith('..') ? null : inside }
  })
}

const imports = files.flatMap(importsOf)

t.test('the reader of imports finds them', async t => {
  t.ok(
    imports.some(({ file, target }) => file.startsWith('program') && target?.startsWith('commands')),
    'program imports commands',
  )
  t.ok(
    imports.some(({ specifier }) => specifier === 'got'),
    'somebody imports got',
  )
})

t.test('every part of src is in the table', async t => {
  t.strictSame(
    [...new Set(files.map(partOf))].filter(part => !(part in MAY_IMPORT)),
    [],
  )
})

t.test('imports point one way', async t => {
  const wrong = imports.filter(({ part, target }) => {
    if (target === null) return false
    const to = partOf(target).replace(/\.js$/, '.ts')
    return to !== part && !MAY_IMPORT[part]?.includes(to)
  })
  t.strictSame(
    wrong.map(({ file, specifier }) => `${file} imports ${specifier}`),
    [],
  )
})

t.test('no file imports itself, by whatever way', async t => {
  const known = new Set(files)
  const targets = new Map(files.map(file => [file, new Set<string>()]))
  for (const { file, target } of imports) {
    const to = target?.replace(/\.js$/, '.ts')
    if (to !== undefined && known.has(to)) targets.get(file)?.add(to)
  }
  // What imports nothing that is left, or is imported by nothing, is in no circle: taken away again and again, circles remain.
  for (let before = -1; before !== targets.size; ) {
    before = targets.size
    const imported = new Set([...targets.values()].flatMap(others => [...others]))
    for (const [file, others] of targets)
      if (!imported.has(file) || ![...others].some(other => targets.has(other))) targets.delete(file)
  }
  t.strictSame([...targets.keys()], [])
})

/** Those that occur more than once, with where. */
function twice(named: readonly (readonly [name: string, file: string])[]): readonly string[] {
  const places = new Map<string, string[]>()
  for (const [name, file] of named) places.set(name, [...(places.get(name) ?? []), file])
  return [...places].flatMap(([name, found]) => (found.length > 1 ? [`${name}: ${found.join(', ')}`] : []))
}

// The library's face, index.ts, wraps what it shows; a command's file is called as the command.
t.test('a name means one thing: no two files, and no two types, share one', async t => {
  const own = files.filter(file => file !== 'index.ts')
  t.strictSame(twice(own.filter(file => partOf(file) !== 'commands').map(file => [basename(file), file])), [])
  const types = own.flatMap(file => {
    const found = readFileSync(join(SRC, file), 'utf8').matchAll(/^(?:export )?(?:type|interface|class) (\w+)/gm)
    return [...found].map(([, name = '']) => [name, file] as const)
  })
  t.ok(types.length > 300)
  t.strictSame(twice(types), [])
})

t.test('packages are imported only where they belong', async t => {
  const wrong = imports.filter(({ part, specifier, target }) => {
    const name = specifier.startsWith('@')
      ? specifier.split('/').slice(0, 2).join('/')
      : (specifier.split('/')[0] ?? '')
    return target === null && name in PACKAGES && !PACKAGES[name]?.includes(part)
  })
  t.strictSame(
    wrong.map(({ file, specifier }) => `${file} imports ${specifier}`),
    [],
  )
})

t.test('planning and deciding touch nothing outside', async t => {
  const pure = imports.filter(({ part }) => ['model', 'manifest', 'reconcile', 'render'].includes(part))
  const wrong = pure.filter(
    ({ specifier }) => specifier.startsWith('node:') && !['node:crypto', 'node:url', 'node:util'].includes(specifier),
  )
  t.strictSame(
    wrong.map(({ file, specifier }) => `${file} imports ${specifier}`),
    [],
  )
})

t.test('only the entry decides how the process ends', async t => {
  const wrong = files.filter(
    file =>
      !['main.ts', join('cli', 'io.ts')].includes(file) &&
      /process\.(exit|exitCode)\b/.test(readFileSync(join(SRC, file), 'utf8')),
  )
  t.strictSame(wrong, [])
})

t.test('the entry imports the program and nothing else', async t => {
  const text = readFileSync(join(SRC, '..', 'bin', 'guestlist.js'), 'utf8')
  t.strictSame(text.match(/^(?:require|import).*/gm), ["import { run } from '../dist/main.js'"])
})
