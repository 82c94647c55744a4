import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { main } from '../../../src/program/program.js'
import { testIo } from '../../helpers/command.js'

const rule = (id: number): string => `apiVersion: guestlist/v1\ninvitations:\n  accept:\n    - id: ${id}\n`

interface Found {
  readonly file: string
  readonly summary: string
  readonly detail: string
}

/** What `validate` says of these `-f`, in a folder with these files. */
async function validate(folder: string, ...paths: readonly string[]): Promise<readonly Found[]> {
  const io = testIo({})
  await main(['validate', '--json', ...paths.flatMap(path => ['-f', path])], { ...io, cwd: folder })
  return JSON.parse(io.stdout.join('')).diagnostics
}

const folderOf = (t: Test): string => t.testdir({ 'c.yaml': rule(1), dir: { 'a.yml': rule(2), 'b.yaml': rule(3) } })

t.test('of a folder, names that begin with a dot are left out', async t => {
  const folder = folderOf(t)
  symlinkSync('somebody@host.1234:1', join(folder, 'dir', '.#a.yml'))
  writeFileSync(join(folder, 'dir', '.yaml'), 'nonsense: true')
  writeFileSync(join(folder, 'dir', '.hidden.yaml'), 'nonsense: true')
  writeFileSync(join(folder, 'dir', 'a\nb.yaml'), rule(4))
  t.strictSame(await validate(folder, 'dir'), [])
  t.match(
    await validate(folder, 'dir/.hidden.yaml'),
    [{ summary: /apiVersion|nonsense/ }, {}],
    'named by itself it is read',
  )
  mkdirSync(join(folder, 'only'))
  writeFileSync(join(folder, 'only', '.a.yaml'), rule(1))
  t.match(await validate(folder, 'only'), [{ file: 'only', summary: /holds no \.yaml or \.yml file/ }])
})

t.test('of a folder, a file whose ending is not in lower case is an error, not passed over', async t => {
  const folder = folderOf(t)
  for (const name of ['protect.YAML', 'protect.Yml']) writeFileSync(join(folder, 'dir', name), rule(4))
  t.match(
    await validate(folder, 'dir'),
    ['dir/protect.YAML', 'dir/protect.Yml'].map(file => ({ file, summary: /ending is not in lower case/ })),
  )
  t.strictSame(await validate(folder, 'dir/protect.YAML'), [], 'named itself it is read')
})

t.test('a file of a folder that cannot be read is blamed by its own name, and the others are read', async t => {
  const folder = folderOf(t)
  symlinkSync('nowhere', join(folder, 'dir', 'aa.yaml'))
  writeFileSync(join(folder, 'dir', 'z.yaml'), 'apiVersion: guestlist/v1\nnonsense: true\n')
  t.match(await validate(folder, 'dir'), [
    { file: 'dir/aa.yaml', summary: /there is no such file/, detail: /^Every .* of a folder is read/ },
    { range: { filename: 'dir/z.yaml' }, summary: /nonsense/ },
  ])
})

t.test('one file is given once, however it is spelled', async t => {
  const folder = folderOf(t)
  symlinkSync('c.yaml', join(folder, 'link.yaml'))
  symlinkSync('dir', join(folder, 'linked'))
  const cases: readonly (readonly [paths: readonly string[], blamed: readonly string[], first?: string])[] = [
    [['c.yaml', 'c.yaml'], ['c.yaml']],
    [['c.yaml', './c.yaml', 'dir/../c.yaml'], ['./c.yaml', 'dir/../c.yaml'], 'c.yaml'],
    [['c.yaml', join(folder, 'c.yaml')], [join(folder, 'c.yaml')], 'c.yaml'],
    [['link.yaml', 'c.yaml'], ['c.yaml'], 'link.yaml'],
    [['dir', 'dir/a.yml'], ['dir/a.yml']],
    [['dir/a.yml', 'dir'], ['dir/a.yml']],
    [['dir', 'dir/'], ['dir/'], 'dir'],
    [['dir', 'linked'], ['linked'], 'dir'],
    [['dir', 'linked/b.yaml'], ['linked/b.yaml'], 'dir/b.yaml'],
    [['-', '-'], ['-']],
  ]
  for (const [paths, blamed, first] of cases) {
    const found = (await validate(folder, ...paths)).filter(({ summary }) => !summary.includes('empty'))
    const name = paths.join(' ')
    t.strictSame(
      found.map(({ file }) => file),
      blamed,
      name,
    )
    for (const { summary, detail } of found) {
      t.equal(summary, 'The manifest cannot be read: it is given twice', name)
      t.match(detail, first === undefined ? 'Name each file once; a folder' : `it is the same as "${first}"`, name)
    }
  }
  const missing = { summary: /no such file/ }
  t.match(await validate(folder, 'none', './none'), [missing, missing], 'what is not there is no file at all')
})

t.test('different files of one text are different files', async t => {
  const folder = t.testdir({ 'a.yaml': rule(1), 'b.yaml': rule(2) })
  t.strictSame(await validate(folder, 'a.yaml', 'b.yaml'), [])
})
