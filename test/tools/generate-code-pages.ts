import { readFile } from 'node:fs/promises'
import type { Page } from '../../src/codes/codes.js'
import { LINT_RULES } from '../../src/lint/lint-manifest.js'

const SOURCE = 'schemas/codes.md'

/** The names of the families by heading. */
const FAMILIES: Readonly<Record<string, string>> = {
  'What ends a command': 'error',
  'Problems of a manifest or of tests': 'problem',
  'Findings of lint': 'lint',
  'Warnings of a plan': 'warning',
  'Refusals of a plan': 'refusal',
  'What keeps an apply from being complete': 'run',
  'Warnings of a command': 'notice',
  'Checks of doctor': 'check',
}

interface WrittenFamily {
  readonly name: string
  readonly title: string
  readonly shown: string
  readonly pages: Readonly<Record<string, Page>>
}

const read = async (): Promise<readonly WrittenFamily[]> =>
  readCodes(await readFile(new URL(`../../${SOURCE}`, import.meta.url), 'utf8'))

/** src/codes/pages.gen.ts: the pages of the reference as data. */
export const generateCodePages =
  async (): Promise<string> => `// Generated from ${SOURCE} by "npm run generate". Do not edit.

/** The codes of each family, in the order of the reference. */
export const FAMILIES = ${JSON.stringify(await read(), null, 2)}
`

/** src/model/codes.gen.ts: the codes of each family as a type. */
export const generateCodeTypes = async (): Promise<string> =>
  [`// Generated from ${SOURCE} by "npm run generate". Do not edit.\n`, ...(await read()).map(typeOf)].join('\n')

const typeOf = ({ name, title, pages }: WrittenFamily): string => `/** ${title}. */
export type ${name.replace(/^./, letter => letter.toUpperCase())}Code =${Object.keys(pages)
  .map(code => `\n  | '${code}'`)
  .join('')}
`

/** src/lint/docs.gen.ts: descriptions for `lint --help` and SARIF. Apart from the pages, since every start loads it. */
export async function generateLintDocs(): Promise<string> {
  const pages = (await read()).find(({ name }) => name === 'lint')?.pages ?? {}
  const levels = new Map<string, string>(LINT_RULES.map(({ code, level }) => [code, level]))
  const docs = Object.entries(pages).map(([code, { means }]) => ({ code, level: levels.get(code), doc: means }))
  return `// Generated from ${SOURCE} and src/lint/rules/ by "npm run generate". Do not edit.

/** What each lint rule finds. */
export const LINT_DOCS = ${JSON.stringify(docs, null, 2)} as const
`
}

const FAMILY = /^## (.+)\n\nShown by: (.+); in text with `--log-level debug`\.\n\n([\s\S]*)$/
const PAGE =
  /^### `([\w-]+)`\n\n(\S.*)\n\n\*\*Why:\*\* (\S.*)\n\n\*\*What to do:\*\* (\S.*)\n\n```text\n([\s\S]+?)\n```\n*$/

/** Parses the families of the reference. @throws Error with the line of an invalid family or page, or a repeated one */
export function readCodes(markdown: string): readonly WrittenFamily[] {
  const [head = '', ...sections] = markdown.split(/^(?=## )/m)
  const lines = new Map<string, number>()
  let line = linesOf(head)
  const families = sections.map(section => {
    const [, title = '', shown = '', rest = ''] = FAMILY.exec(section) ?? []
    const name = FAMILIES[title]
    if (name === undefined) throw new Error(`${SOURCE}:${line + 1}: this is no section of codes`)
    line += linesOf(section) - linesOf(rest)
    const pages = rest.split(/^(?=### )/m).map(text => {
      const [code, page] = pageOf(text, line + 1, lines)
      line += linesOf(text)
      return [code, page] as const
    })
    return { name, title, shown, pages: Object.fromEntries(pages) }
  })
  const missing = Object.keys(FAMILIES).find(title => !families.some(family => family.title === title))
  if (missing !== undefined) throw new Error(`${SOURCE}:${line}: there is no section "${missing}"`)
  return families
}

const linesOf = (text: string): number => text.split('\n').length - 1

function pageOf(text: string, line: number, lines: Map<string, number>): readonly [code: string, page: Page] {
  const [, code, means = '', why = '', remedy = '', example = ''] = PAGE.exec(text) ?? []
  if (code === undefined) throw new Error(`${SOURCE}:${line}: this is no page of a code`)
  const before = lines.get(code)
  if (before !== undefined) throw new Error(`${SOURCE}:${line}: the code ${code} has a page in line ${before}`)
  lines.set(code, line)
  return [code, { means, why, remedy, example }]
}
