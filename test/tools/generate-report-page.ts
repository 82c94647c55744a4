import { readFile } from 'node:fs/promises'

const SOURCES = new URL('../../src/', import.meta.url)

/**
 * The report's script and style as a TypeScript module: they are written as what they are, so that tools check them, and must be
 * text where the page is made.
 */
export async function generateReportPage(): Promise<string> {
  const read = (name: string) => readFile(new URL(name, SOURCES), 'utf8')
  return [
    '/** Generated from report-page.js and .css by "npm run generate". Do not edit. */',
    '',
    `export const PAGE_SCRIPT = ${JSON.stringify(withoutComments(await read('render/html/report-page.js'), /^ *\/\/.*\n/gmu))}`,
    '',
    `export const PAGE_STYLE = ${JSON.stringify(withoutComments(await read('render/html/report-page.css'), /\/\*.*?\*\/\n/gsu))}`,
    '',
  ].join('\n')
}

/** The script of the review's page; its style is the report's. */
export async function generateReviewPage(): Promise<string> {
  const script = await readFile(new URL('review/review-page.js', SOURCES), 'utf8')
  return [
    '/** Generated from review-page.js by "npm run generate". Do not edit. */',
    '',
    `export const REVIEW_SCRIPT = ${JSON.stringify(withoutComments(script, /^ *\/\/.*\n/gmu))}`,
    '',
  ].join('\n')
}

/** Comments on lines of their own are for who reads the source. */
const withoutComments = (text: string, comment: RegExp): string => text.replace(comment, '').trim()
