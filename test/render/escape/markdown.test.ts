import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import t from 'tap'
import { codeSpan, prose } from '../../../src/render/escape/markdown.js'
import { escapeTerminal } from '../../../src/render/escape/terminal.js'
import fc from '../../helpers/properties.js'
import { HOSTILE } from '../fixtures/plan.js'
import { referencesIn, textOf } from '../fixtures/rendered.js'

const html = (markdown: string): string =>
  micromark(markdown, { allowDangerousHtml: true, extensions: [gfm()], htmlExtensions: [gfmHtml()] })

const SHORT = Object.entries(HOSTILE).filter(([, text]) => text.length < 120)

for (const [name, text] of SHORT) {
  t.test(`a name shows as it is, and as nothing else: ${name}`, async t => {
    const rendered = html(`who ${codeSpan(text)} end`)
    t.match(rendered, /^<p>who (?:<code>[^<]*<\/code>|&quot;&quot;) end<\/p>$/u)
    t.equal(
      textOf(rendered).replace(/^who | end$/gu, ''),
      escapeTerminal(text).trim() === '' ? '""' : escapeTerminal(text),
    )
  })

  t.test(`a name in a table keeps to its cell: ${name}`, async t => {
    const rendered = html(`| a | b |\n| --- | --- |\n| ${codeSpan(text, 'table')} | ${prose(text)} |`)
    t.equal(rendered.match(/<td>/gu)?.length, 2)
    t.equal(
      textOf(/<td>(.*?)<\/td>/u.exec(rendered)?.[1] ?? '').replaceAll('\u200b', ''),
      escapeTerminal(text).trim() === '' ? '""' : escapeTerminal(text),
    )
  })

  t.test(`a sentence shows as it is, and refers to nobody and nothing: ${name}`, async t => {
    for (const rendered of [html(prose(text)), html(`- ${prose(text)}`)]) {
      t.notMatch(rendered, /<(?!\/?(?:p|ul|li)>)/u)
      t.equal(textOf(rendered).replaceAll('\u200b', '').trim(), escapeTerminal(text).trim())
      t.same(referencesIn(textOf(rendered)), [])
    }
  })
}

t.test('long texts are cut, and say by how much', async t => {
  t.match(codeSpan('a'.repeat(130)), `${'a'.repeat(120)}… (10 more characters)`)
  t.match(prose('a'.repeat(410)), `${'a'.repeat(400)}… (10 more characters)`)
})

t.test('any text: a name is one code span, a sentence has no element', async () => {
  const unit = fc.constantFrom(...'`|\\<>[]()!*_~@#:-+=&;./ \n\tabGHw19'.split(''))
  fc.assert(
    fc.property(fc.string({ unit, minLength: 1, maxLength: 40 }), text => {
      const span = html(`a ${codeSpan(text)} b`)
      const row = html(`| a | b |\n| --- | --- |\n| ${codeSpan(text, 'table')} | ${prose(text)} |`)
      const sentence = html(`- ${prose(text)}`)
      return (
        /^<p>a <code>[^<]*<\/code> b<\/p>$|^<p>a &quot;&quot; b<\/p>$/u.test(span) &&
        row.match(/<td>/gu)?.length === 2 &&
        !/<(?!\/?(?:p|ul|li)>)/u.test(sentence) &&
        referencesIn(textOf(sentence)).length === 0
      )
    }),
    { numRuns: 2000 },
  )
})
