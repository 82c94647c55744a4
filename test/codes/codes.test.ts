import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { CODE_PAGES, FAMILIES } from '../../src/codes/codes.js'
import { currentText } from '../tools/generate.js'
import { readCodes } from '../tools/generate-code-pages.js'

const SRC = fileURLToPath(new URL('../../src', import.meta.url))

/** The code that can produce a diagnostic: neither the pages, nor types, nor what is generated. */
const source = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter(name => /\.ts$/.test(name) && !/^codes\b|\.gen\.ts$/.test(name))
  .map(name => readFileSync(join(SRC, name), 'utf8').replace(/^ +\| '.*$/gm, ''))
  .join('\n')

/** Codes of a run are put together from what ended it, those of the API from the kind of failure. */
const producedAs = (family: string, code: string): string =>
  family === 'run' || code.startsWith('api-') ? code.replace(/^(action_|stopped_|not_verified_|api-)/, '') : code

t.test('a code has one meaning: it is in one family only', async t => {
  const codes = FAMILIES.flatMap(({ pages }) => Object.keys(pages))
  t.equal(new Set(codes).size, codes.length)
  t.equal(CODE_PAGES.size, codes.length)
})

t.test('every page is of a code that something in src produces', async t => {
  for (const { code, family } of CODE_PAGES.values()) {
    const literal = producedAs(family, code)
    t.ok(source.includes(`'${literal}'`) || new RegExp(`\\b${literal}: `).test(source), code)
  }
})

t.test('every page says what it means, why, and what to do, in whole sentences, with an example', async t => {
  for (const { code, means, why, remedy, example } of CODE_PAGES.values()) {
    for (const text of [means, why, remedy]) t.match(text, /^(?:[A-Z`\d]|ssh-keygen).*\.$/, `${code}: ${text}`)
    t.match(example, /\S/, code)
    t.notMatch(example, /`/, `${code}: an example is no Markdown`)
  }
})

/** What somebody may do wrong in the reference, and what the generator says of it. */
const MISTAKES: Readonly<Record<string, readonly [from: string | RegExp, to: string, says: RegExp]>> = {
  'a page without a remedy': [/\*\*What to do:\*\* Correct it: .*\n\n/, '', /^schemas\/codes\.md:11: this is no page/],
  'a page without an example': [/```text\nguestlist plan --help\n```\n/, '', /^schemas\/codes\.md:11: this is no page/],
  'a family that is unknown': [
    '## Findings of lint',
    '## Findings of lnt',
    /^schemas\/codes\.md:\d+: this is no section/,
  ],
  'a code with two pages': [
    '### `declined`',
    '### `usage`',
    /^schemas\/codes\.md:\d+: the code usage has a page in line 11$/,
  ],
  'a heading that is unknown': [/^\*\*Why:\*\*/m, '**Because:**', /^schemas\/codes\.md:11: this is no page/],
}

for (const [name, [from, to, says]] of Object.entries(MISTAKES)) {
  t.test(`the generator stops at ${name}`, async t => {
    const reference = await currentText('schemas/codes.md')
    const wrong = reference.replace(from, to)
    t.not(wrong, reference)
    t.throws(() => readCodes(wrong), { message: says })
  })
}
