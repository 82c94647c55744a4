import t from 'tap'
import { currentApiTypes, generateApiTypes } from '../tools/generate-api-types.ts'

t.test('the wire types follow from the contract', async t => {
  t.equal(await currentApiTypes(), await generateApiTypes(), 'run test/tools/generate-api-types.ts')
})
