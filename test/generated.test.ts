import t from 'tap'
import { currentText, GENERATED } from './tools/generate.js'

for (const [path, generate] of Object.entries(GENERATED)) {
  t.test(`${path} is up to date ("npm run generate" writes it)`, async t => {
    t.equal(await currentText(path), await generate())
  })
}

t.test('the types of a manifest leave nothing open', async t => {
  t.notMatch(await currentText('src/manifest/manifest-file.gen.ts'), /: (any|unknown)\b|\[k: string\]/)
})
