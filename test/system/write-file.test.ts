import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { makeFolder } from '../../src/system/write-file.js'

const isFolder = (path: string): boolean => statSync(path).isDirectory()

t.test('a folder and all that is missing above it, of the mode that is asked for', async t => {
  const folder = t.testdir({ here: {} })
  for (const path of ['here', 'here/a', 'b/c/d', 'here/./a/../e/']) {
    await makeFolder(join(folder, path), 0o700)
    t.ok(isFolder(join(folder, path)), path)
  }
  for (const made of ['b', 'b/c', 'b/c/d']) t.equal(statSync(join(folder, made)).mode & 0o777, 0o700, made)
  await makeFolder('/')
})

t.test('several at once, and through a link', async t => {
  const folder = t.testdir({ here: {} })
  symlinkSync('here', join(folder, 'link'))
  await Promise.all(Array.from({ length: 20 }, (_, n) => makeFolder(join(folder, 'link', 'a', 'b', `${n % 3}`))))
  t.ok(isFolder(join(folder, 'here', 'a', 'b', '2')))
})

t.test('what is in the way is said', async t => {
  const folder = t.testdir({ file: '', other: {} })
  symlinkSync('nowhere', join(folder, 'dangling'))
  symlinkSync('loop', join(folder, 'loop'))
  for (const [path, code] of [
    ['file', 'EEXIST'],
    ['file/x/y', 'ENOTDIR'],
    ['dangling', 'EEXIST'],
    ['dangling/x', 'EEXIST'],
    ['loop/x', 'ELOOP'],
    [`${'n'.repeat(300)}/x`, 'ENAMETOOLONG'],
  ] as const) {
    await t.rejects(makeFolder(join(folder, path)), { code }, path)
  }
  writeFileSync(join(folder, 'other', 'x'), '')
  mkdirSync(join(folder, 'other', 'y'))
  await t.rejects(makeFolder(join(folder, 'other', 'x')), { code: 'EEXIST' }, 'beside others')
})

t.test('where no folder can be made it ends', { timeout: 60_000 }, async t => {
  for (const path of ['/proc/nope', '/proc/nope/a/b', '/proc/self/nope'])
    await t.rejects(makeFolder(path), {
      message: /^no folder can be made in \/proc(\/self)?$|ENOENT|EACCES|EPERM|EROFS/,
    })
})
