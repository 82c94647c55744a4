import t from 'tap'
import { type Command, commonOptionsOf, wordsOf } from '../../src/cli/command.js'
import { COMMON } from '../../src/cli/common-options.js'
import { flagName } from '../../src/cli/option.js'
import { CATALOG } from '../../src/program/catalog.js'
import { main } from '../../src/program/program.js'
import { displayWidth } from '../../src/render/text/width.js'
import { testIo } from '../helpers/command.js'

/** What a person reads who asks for help in a terminal of this width. */
async function helpOf(words: readonly string[], columns: number): Promise<string> {
  const io = testIo({})
  t.equal(await main([...words, '--help'], { ...io, columns, outIsTerminal: true }), 0)
  return io.stdout.join('')
}

const flagsOf = (section: string): readonly string[] =>
  [...section.matchAll(/^ {2}(?:-\w, )?--([a-z-]+)/gm)].map(([, name = '']) => name)

const wider = (text: string, columns: number): readonly string[] =>
  text.split('\n').filter(line => displayWidth(line) > columns)

const EVERY: readonly (readonly string[])[] = [
  [],
  ...Object.keys(CATALOG.groups).map(group => [group]),
  ...CATALOG.commands.map(wordsOf),
]

t.test('no line of any help is wider than the terminal, and no word and no example is broken', async t => {
  for (const words of EVERY) {
    const name = words.join(' ') || 'guestlist'
    const [narrow, usual, wide] = [await helpOf(words, 60), await helpOf(words, 80), await helpOf(words, 120)]
    t.strictSame(wider(usual, 80), [], name)
    t.strictSame(wider(wide, 100), [], name)
    const [prose = ''] = narrow.split('\nExamples:\n')
    t.strictSame(wider(prose, 60), [], name)
    const examples = (text: string) => /\nExamples:\n(?:.*\n)*?(?=\w|$)/.exec(text)?.[0]
    t.equal(examples(narrow), examples(usual), `${name}: its examples are the same at every width`)
    const read = (text: string) => text.split(/\s+/).join(' ')
    t.equal(read(narrow), read(usual), `${name}: 60 columns`)
    t.equal(read(wide), read(usual), `${name}: 120 columns`)
  }
})

t.test('a command shows its own flags, then of the common ones those that it uses', async t => {
  for (const command of CATALOG.commands) {
    const name = wordsOf(command).join(' ')
    const [, own = '', common = ''] = /(?:\nOptions:\n(.*?))?\nCommon options:\n(.*)\nExamples:/s.exec(
      await helpOf(wordsOf(command), 80),
    ) ?? ['']
    t.strictSame(flagsOf(own), Object.keys(command.options).map(flagName), name)
    t.strictSame(flagsOf(common), [...Object.keys(commonOptionsOf(command)).map(flagName), 'help'], name)
  }
})

t.test('a common flag that is not shown has no effect, and says so', async t => {
  const call = async (...args: string[]) => {
    const io = testIo({})
    await main(args, { ...io, cwd: t.testdir() })
    return io.stderr.join('')
  }
  for (const words of ['state list', 'logout', 'auth status']) {
    const command = CATALOG.commands.find(each => wordsOf(each).join(' ') === words) as Command
    const unused = Object.keys(COMMON).filter(key => !(key in commonOptionsOf(command)))
    t.ok(unused.includes('retries'), words)
    t.match(await call(...words.split(' '), '--retries', '2'), `--retries has no effect on ${words}`)
  }
})

t.test('each example has its description above it, and is a command line of this program', async t => {
  for (const words of EVERY) {
    const [, examples = ''] = (await helpOf(words, 80)).split('\nExamples:\n')
    const shown = (examples.split('\n\nExit codes:')[0] ?? '').trimEnd().split('\n\n')
    for (const example of shown) t.match(example, /^ {2}# \S.*\n {2}.*guestlist \S.*$/)
  }
})
