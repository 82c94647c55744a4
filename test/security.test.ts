import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** The last cell of each row of SECURITY.md's table of claims: a file, and a part of a test's name. */
const claims = [...readFileSync(join(ROOT, 'SECURITY.md'), 'utf8').matchAll(/^\| (.+) \| `(test\/[^`]+)`: (.+) \|$/gm)]

t.test('SECURITY.md makes claims', async t => t.ok(claims.length > 20))

for (const [, claim, file = '', name = ''] of claims) {
  t.test(`${claim}: shown by a test that exists`, async t => {
    const path = join(ROOT, file)
    t.ok(existsSync(path), file)
    t.ok(readFileSync(path, 'utf8').includes(name), name)
  })
}
