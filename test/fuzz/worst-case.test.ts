import t from 'tap'
import { parseManifest } from '../../src/manifest/parse.js'
import { reconcile } from '../../src/reconcile/reconcile.js'
import { input, invitation } from '../reconcile/fixtures/build.js'

/*
 * Inputs made to cost more than their size. No time is asserted but a multiple of what the same number of plain
 * bytes costs, which anything quadratic would miss by factors of thousands.
 */

/** Of each text, in bytes; the limit of a file is forty times as much. */
const SIZE = 2 ** 18
const HEAD = 'apiVersion: guestlist/v1\ninvitations:\n  accept:\n'

const fill = (unit: string, bytes = SIZE): string => unit.repeat(Math.floor(bytes / Buffer.byteLength(unit)))

const numbered = (line: (n: number) => string, bytes = SIZE): string => {
  const lines: string[] = []
  for (let n = 0, size = 0; size < bytes; n++) {
    const next = line(n)
    size += next.length
    lines.push(next)
  }
  return lines.join('')
}

const TEXTS: Readonly<Record<string, () => string>> = {
  'rules, all right': () => HEAD + numbered(n => `    - email: person${n}@acme.example\n      reason: hired\n`),
  'rules of ids': () => HEAD + numbered(n => `    - id: ${n}\n`),
  'the same rule again and again': () => HEAD + fill('    - id: 5\n'),
  'misspelt keys': () => HEAD + fill('    - emial: a@b.c\n'),
  contradictions: () =>
    `${HEAD}${numbered(n => `    - id: ${n}\n`, SIZE / 2)}  deny:\n${numbered(n => `    - id: ${n}\n`, SIZE / 2)}`,
  'nothing but line breaks': () => fill('\n'),
  'nothing but spaces': () => fill(' '),
  'nothing but tabs': () => fill('\t'),
  'nothing but colons': () => fill(': '),
  'nothing but dashes': () => fill('- '),
  'nothing but quotes': () => fill('"'),
  'nothing but zeros': () => fill('\u0000'),
  'nothing but brackets': () => fill('['),
  comments: () => `${HEAD}    - id: 1\n${fill('# a comment\n')}`,
  'one comment': () => `${HEAD}    - id: 1 #${fill('x')}`,
  'one key': () => fill('k'),
  'one word of emoji': () => `${HEAD}    - reason: ${fill('\u{1f600}')}`,
  'one word of combining marks': () => `${HEAD}    - email: "a${fill('\u0301', SIZE)}@a.example"\n`,
  'one word of wildcards': () => `${HEAD}    - email: "${fill('*a?', SIZE)}"\n`,
  'deep indentation': () => numbered(n => `${' '.repeat(n)}a:\n`),
  'indentation that grows and shrinks': () => fill('a:\n b:\n  c:\n   d:\n    e:\n     f: 1\n'),
  anchors: () => numbered(n => `- &a${n} x\n`),
  'aliases of aliases': () =>
    `a0: &a0 [x]\n${Array.from({ length: 60 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}, *a${n}]\n`).join('')}`,
  aliases: () => `a: &a x\nb:\n${fill('- *a\n')}`,
  documents: () => fill('---\na: 1\n'),
  directives: () => fill('%YAML 1.2\n'),
  'duplicate keys': () => fill('a: 1\n'),
  escapes: () => `${HEAD}    - reason: "${fill('\\u0041')}"\n`,
  'block texts': () => `${HEAD}    - reason: |\n${fill('        x\n')}`,
  'flow mappings': () => `${HEAD}${fill('    - {id: 1, email: "*"}\n')}`,
}

/** Of this process's own CPU, so that what else the machine does counts for nothing. */
const seconds = (work: () => unknown): number => {
  const started = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(started)
  return (user + system) / 1e6
}

const parse = (content: string) => parseManifest([{ file: 'm.yaml', content: Buffer.from(content) }])

t.test('hostile text is read in the time of as many bytes of rules, or a small multiple of it', async t => {
  const plain = seconds(() => parse(TEXTS['rules, all right']?.() ?? ''))
  for (const [name, text] of Object.entries(TEXTS)) {
    const content = text()
    let problems = 0
    const time = seconds(() => {
      const result = parse(content)
      problems = result.ok ? 0 : result.problems.length
    })
    t.ok(time < 10 * plain + 3, `${name}: ${time.toFixed(1)} s, plain rules ${plain.toFixed(1)} s`)
    t.ok(problems <= 200_000, `${name}: ${problems} problems`)
  }
})

t.test('patterns and addresses made to backtrack are matched in no time', async t => {
  const pattern = `*${'a*'.repeat(500)}b`
  const rules = parse(`${HEAD}    - email: "${pattern}"\n    - cloud: "${'?*'.repeat(500)}x"\n`)
  t.ok(rules.ok)
  if (!rules.ok) return
  const live = Array.from({ length: 200 }, (_, id) =>
    invitation({ id, email: 'a'.repeat(20_000), cloud_name: 'x'.repeat(20_000) }),
  )
  const time = seconds(() => reconcile({ ...input({}), manifest: rules.manifest }, live))
  t.ok(time < 60, `${time.toFixed(1)} s; exponential time would never end`)
})
