import t from 'tap'
import { IdSet } from '../../src/reconcile/id-set.js'
import fc from '../helpers/properties.js'

const EDGES = [0, 1, 31, 32, 63, 32_767, 32_768, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1]

t.test('the edges of words, pages and numbers', async t => {
  const set = new IdSet()
  for (const id of EDGES) {
    t.notOk(set.has(id), `${id} before`)
    set.add(id)
    t.ok(set.has(id), `${id} after`)
  }
  for (const id of EDGES) t.ok(set.has(id), `${id} at the end`)
})

t.test('a page that fills up', async t => {
  for (const from of [0, 2 ** 31 - 16_000, 2 ** 40, 2 ** 53 - 40_000]) {
    const set = new IdSet()
    for (let id = from; id < from + 39_000; id += 3) set.add(id)
    let wrong = 0
    for (let id = from; id < from + 39_000; id++) if (set.has(id) !== ((id - from) % 3 === 0)) wrong++
    t.equal(wrong, 0, `from ${from}`)
  }
})

t.test('it holds what a Set holds', async () => {
  const dense = fc.integer({ min: 0, max: 200 })
  const far = fc.constantFrom(...EDGES)
  fc.assert(
    fc.property(fc.array(fc.oneof(dense, far), { maxLength: 300 }), fc.array(fc.oneof(dense, far)), (added, asked) => {
      const [set, model] = [new IdSet(), new Set(added)]
      for (const id of added) set.add(id)
      return [...added, ...asked].every(id => set.has(id) === model.has(id))
    }),
  )
})
