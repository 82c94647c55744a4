import { readFile } from 'node:fs/promises'
import type { Page } from '../../src/codes/code-page.js'
import { LINT_DOCS } from '../../src/lint/docs.gen.js'

const SOURCE = 'schemas/codes.md'

/** By its heading: the name of a family, and the type of its codes where other code has one. */
const FAMILIES: Readonly<
  Record<string, { readonly name: string; readonly type?: readonly [name: string, from: string] }>
> = {
  'What ends a command': { name: 'error', type: ['ErrorCode', '../model/error-codes.js'] },
  'Problems of a manifest or of tests': { name: 'problem', type: ['ProblemCode', '../model/problem.js'] },
  'Findings of lint': { name: 'lint', type: ['LintCode', '../lint/docs.gen.js'] },
  'Warnings of a plan': { name: 'warning', type: ['WarningCode', '../model/plan.js'] },
  'Refusals of a plan': { name: 'refusal', type: ['RefusalCode', '../model/plan.js'] },
  'What keeps an apply from being complete': { name: 'run', type: ['RunCode', '../model/report.js'] },
  'Warnings of a command': { name: 'notice' },
  'Checks of doctor': { name: 'check' },
}

const FAMILY = /^## (.+)\n\nShown by: (.+); in text with `--log-level debug`\.\n\n([\s\S]*)$/
const PAGE =
  /^### `([\w-]+)`\n\n(\S.*)\n\n\*\*Why:\*\* (\S.*)\n\n\*\*What to do:\*\* (\S.*)\n\n```text\n([\s\S]+?)\n```\n*$/

/** src/codes/pages.gen.ts: the pages of the reference as data. @throws Error with the line of what is not a page */
export async function generateCodePages(): Promise<string> {
  return codePages(await readFile(new URL(`../../${SOURCE}`, import.meta.url), 'utf8'))
}

export function codePages(markdown: string): string {
  const [head = '', ...sections] = markdown.split(/^(?=## )/m)
  let line = lines(head)
  const families = sections.map(section => {
    const family = familyOf(section, line)
    line += lines(section)
    return family
  })
  const codes = families.flatMap(({ pages }) => pages.map(({ code }) => code))
  const twice = codes.find((code, index) => codes.indexOf(code) !== index)
  if (twice !== undefined) throw new Error(`${SOURCE}: the code ${twice} has two pages`)
  const missing = Object.keys(FAMILIES).filter(title => !families.some(family => family.title === title))
  if (missing.length > 0) throw new Error(`${SOURCE}: no section "${missing[0]}"`)
  return `// Generated from ${SOURCE} by "npm run generate". Do not edit.
${imports()}import type { Pages } from './code-page.js'

/** By family: what it is called, where its codes are shown, and their pages. */
export const PAGES = {
${families.map(familyText).join('')}} as const
`
}

interface CodePage extends Page {
  readonly code: string
}

interface Family {
  readonly title: string
  readonly shown: string
  readonly pages: readonly CodePage[]
}

const lines = (text: string): number => text.split('\n').length - 1

function familyOf(section: string, before: number): Family {
  const [, title = '', shown = '', rest = ''] = FAMILY.exec(section) ?? []
  if (!(title in FAMILIES)) throw new Error(`${SOURCE}:${before + 1}: this is no section of codes`)
  let line = before + lines(section) - lines(rest)
  const pages = rest.split(/^(?=### )/m).map(page => {
    const found = pageOf(page, line + 1, title)
    line += lines(page)
    return found
  })
  return { title, shown, pages }
}

function pageOf(page: string, line: number, title: string): CodePage {
  const [, code, means = '', why = '', remedy = '', example = ''] = PAGE.exec(page) ?? []
  if (code === undefined) throw new Error(`${SOURCE}:${line}: this is no page of a code`)
  const doc = LINT_DOCS.find(rule => rule.code === code)?.doc
  if (FAMILIES[title]?.name === 'lint' && means !== doc)
    throw new Error(`${SOURCE}:${line}: the first sentence is not the doc comment of the lint rule: ${doc}`)
  return { code, means, why, remedy, example }
}

function imports(): string {
  const types = new Map<string, string[]>()
  for (const { type } of Object.values(FAMILIES)) if (type) types.set(type[1], [...(types.get(type[1]) ?? []), type[0]])
  return [...types].map(([from, names]) => `import type { ${names.sort().join(', ')} } from '${from}'\n`).join('')
}

function familyText({ title, shown, pages }: Family): string {
  const { name = '', type } = FAMILIES[title] ?? {}
  const rows = pages.map(({ code, ...page }) => `      '${code}': ${JSON.stringify(page)},\n`)
  return `  ${name}: {
    title: ${JSON.stringify(title)},
    shown: ${JSON.stringify(shown)},
    pages: {
${rows.join('')}    } satisfies Pages<${type?.[0] ?? 'string'}>,
  },
`
}
