import { readdir, readFile } from 'node:fs/promises'

const FOLDER = new URL('../../src/lint/rules/', import.meta.url)

/** The doc comment right above a lint rule, its code and its level. */
const RULE = /\/\*\*\n((?: \*.*\n)+?) \*\/\nexport const \w+: LintRule = \{\n\s+code: '([\w-]+)',\n\s+level: '(\w+)',/g

/** src/lint/docs.gen.ts: the documentation of every lint rule, from its doc comment. */
export async function generateLintDocs(): Promise<string> {
  const files = (await readdir(FOLDER)).filter(name => name.endsWith('.ts'))
  const rows = await Promise.all(files.map(docsOf))
  return `// Generated from src/lint/rules/ by "npm run generate". Do not edit.

/** What each lint rule finds. */
export const LINT_DOCS = [
${rows
  .flat()
  .sort()
  .map(row => `  ${row},\n`)
  .join('')}] as const

export type LintCode = (typeof LINT_DOCS)[number]['code']
`
}

async function docsOf(file: string): Promise<readonly string[]> {
  const text = await readFile(new URL(file, FOLDER), 'utf8')
  const found = [...text.matchAll(RULE)]
  if (found.length !== text.split(': LintRule =').length - 1)
    throw new Error(`src/lint/rules/${file} has a rule without documentation`)
  return found.map(([, comment = '', code = '', level = '']) => {
    const doc = comment
      .replace(/^ \* ?/gm, '')
      .replace(/\s+/g, ' ')
      .trim()
    return `{ code: '${code}', level: '${level}', doc: ${quoted(doc)} }`
  })
}

const quoted = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`
