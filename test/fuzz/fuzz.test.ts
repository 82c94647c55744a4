import t from 'tap'
import fc from '../helpers/properties.js'
import { anyCase, checkCase } from './fixtures/check.js'
import { corpus } from './fixtures/texts.js'

t.test('whatever is written: a problem with its place, or a plan in every format', async t => {
  let right = 0
  let all = 0
  fc.assert(
    fc.property(anyCase, given => {
      if (checkCase(given)) right++
      all++
    }),
    { numRuns: 2000, seed: 20_261_102 },
  )
  t.ok(right > all / 20, `${right} of ${all} were planned: the grammar finds its way past the parser`)
  t.ok(all - right > all / 20, `${all - right} of ${all} were refused`)
})

t.test('the manifests that are changed are those of the examples and the golden cases', async t => {
  t.ok(corpus.length > 50, `${corpus.length} files`)
})
