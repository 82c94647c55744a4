import { readdir, readFile } from 'node:fs/promises'

const FOLDER = new URL('../../src/lint/rules/', import.meta.url)

/** The doc comment right above a lint rule, its code and its level. */
const RULE = /\/\*\*\n((?: \*.*\n)+?) \*\/\nexport const \w+: LintRule = \{\n\s+code: '([\w-]+)',\n\s+level: '(\w+)',/

/** src/lint/docs.gen.ts: the documentation of every lint rule, from its doc comment. */
export async function generateLintDocs(): Promise<string> {
  const files = (await readdir(FOLDER)).filter(name => name.endsWith('.ts')).sort()
  const rows = await Promise.all(files.map(docOf))
  return `// Generated from src/lint/rules/ by "npm run generate". Do not edit.

/** What each lint rule finds. */
export const LINT_DOCS = [
${rows.map(row => `  ${row},\n`).join('')}] as const
`
}

async function docOf(file: string): Promise<string> {
  const [, comment = '', code = '', level = ''] = RULE.exec(await readFile(new URL(file, FOLDER), 'utf8')) ?? []
  if (code !== file.replace(/\.ts$/, '')) throw new Error(`src/lint/rules/${file} has no documented rule of its name`)
  const doc = comment
    .replace(/^ \* ?/gm, '')
    .replace(/\s+/g, ' ')
    .trim()
  return `{ code: '${code}', level: '${level}', doc: ${quoted(doc)} }`
}

const quoted = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`
