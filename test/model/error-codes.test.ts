import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { CODE_PAGES } from '../../src/codes/codes.js'

const SRC = fileURLToPath(new URL('../../src', import.meta.url))
const SOURCE = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter(name => /(?<!\.gen)\.ts$/.test(name) && !name.endsWith('error-codes.ts') && !name.endsWith('model/error.ts'))
  .map(name => readFileSync(join(SRC, name), 'utf8'))
  .join('\n')

/** `ApiError` makes its code of its kind. */
const API = /^api-/

t.test('every code is that of an error that can come', async t => {
  for (const { code, family } of CODE_PAGES.values())
    t.ok(
      family !== 'error' ||
        SOURCE.includes(`'${code.replace(API, '')}'`) ||
        code === 'manifest-problems' ||
        code === 'test-problems',
      code,
    )
})
