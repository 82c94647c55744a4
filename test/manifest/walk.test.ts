import t from 'tap'
import { parseManifest } from '../../src/manifest/parse.js'
import { createSource } from '../../src/manifest/source.js'
import { createTree } from '../../src/manifest/tree.js'
import { readYaml } from '../../src/manifest/yaml.js'

function treeOf(text: string) {
  const source = createSource('a.yaml', 0, text)
  const { root } = readYaml(source)
  if (root === null) throw new Error('not one YAML document')
  return createTree(source, root)
}

const slice = (text: string, { start, end }: { start: number; end: number }) => text.slice(start, end)

t.test('plain data, in which no key reaches a prototype', async t => {
  const { data, pending } = treeOf('__proto__: {polluted: true}\nconstructor: 1\nlist: [1, a, ~, 0x10, true]\n')
  t.strictSame(pending, [])
  t.equal(Object.getPrototypeOf(data), null)
  t.strictSame(JSON.parse(JSON.stringify(data)).list, [1, 'a', null, 16, true])
  t.equal(Object.hasOwn({}, 'polluted') || 'polluted' in {}, false)
  t.strictSame(Object.keys(Object(data)), ['__proto__', 'constructor', 'list'])
})

t.test('an alias means the latest anchor of its name', async t => {
  const { data, pending } = treeOf('- &a 1\n- *a\n- &a 2\n- *a\n- &b [*a]\n- &a 3\n- *b\n')
  t.strictSame(pending, [])
  t.strictSame(data, [1, 1, 2, 2, [2], 3, [2]])
})

t.test('an alias may be a key, and an anchor may stand on one', async t => {
  const { data, pending } = treeOf('&k id: 1\nother: {*k : 2}\n')
  t.strictSame(pending, [])
  t.strictSame(JSON.parse(JSON.stringify(data)), { id: 1, other: { id: 2 } })
})

t.test('aliases that would expand to billions end at the bound', async t => {
  const levels = Array.from({ length: 30 }, (_, i) => `- &a${i + 1} [*a${i}, *a${i}, *a${i}, *a${i}]\n`).join('')
  const { data, pending } = treeOf(`- &a0 [x]\n${levels}`)
  t.equal(data, undefined)
  t.match(pending, [{ code: 'alias' }])
})

t.test('what is wrong under an alias is reported once, where it is written', async t => {
  const content = `apiVersion: guestlist/v1\ninvitations:\n  accept: &all\n    - {emial: x, id: 1}\n  deny: *all\n`
  const result = parseManifest([{ file: 'a.yaml', content }])
  t.match(result, { ok: false, problems: [{ code: 'unknown-key', range: { start: { line: 4, column: 8 } } }] })
  t.equal(result.ok || result.problems.length, 1)
})

t.test('where values and keys are written', async t => {
  const text = 'a: {b: [x, {c: y}]}\nd: *z\ne: &f [1, 2]\ng: *f\n'
  const { span, keySpan } = treeOf(text)
  t.equal(slice(text, span(['a', 'b', '0'])), 'x')
  t.equal(slice(text, span(['a', 'b', 1])), '{c: y}')
  t.equal(slice(text, keySpan(['a', 'b', 1, 'c'])), 'c')
  t.equal(slice(text, span(['d'])), '*z', 'an alias is where it stands')
  t.equal(slice(text, span(['g'])), '*f')
  t.equal(slice(text, span(['g', 1])), '2', 'what it holds is where that is written')
  t.equal(slice(text, span(['nothing', 'here'])), text, 'what is nowhere is the whole')
})

t.test('a mapping of thirty thousand keys is looked up in no more time for each', async t => {
  const text = Array.from({ length: 30_000 }, (_, i) => `k${i}: ${i}\n`).join('')
  const { keySpan } = treeOf(text)
  for (let i = 0; i < 30_000; i++) keySpan([`k${i}`])
  t.equal(slice(text, keySpan(['k29999'])), 'k29999')
})
