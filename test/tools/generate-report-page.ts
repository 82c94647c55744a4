import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const SOURCES = new URL('../../src/', import.meta.url)

/*
 * Scripts and styles of pages as TypeScript modules: their sources are ordinary files, so that tools check them, but
 * rendering a page needs them as strings.
 */

/** The report's script, and the style of all pages. */
export async function generateReportPage(): Promise<string> {
  const style = await readFile(new URL('render/html/report-page.css', SOURCES), 'utf8')
  return [
    '/** Generated from report-page.js and .css by "npm run generate". Do not edit. */',
    '',
    `export const PAGE_SCRIPT = ${JSON.stringify(await bundled('render/html/report-page.js'))}`,
    '',
    `export const PAGE_STYLE = ${JSON.stringify(style.replace(/\/\*.*?\*\/\n/gsu, '').trim())}`,
    '',
  ].join('\n')
}

/** The script of the review's page. */
export async function generateReviewPage(): Promise<string> {
  return [
    '/** Generated from review-page.js by "npm run generate". Do not edit. */',
    '',
    `export const REVIEW_SCRIPT = ${JSON.stringify(await bundled('review/review-page.js'))}`,
    '',
  ].join('\n')
}

async function bundled(path: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(path, SOURCES))],
    bundle: true,
    write: false,
    format: 'esm',
    charset: 'utf8',
    minifyWhitespace: true,
  })
  return outputFiles
    .map(({ text }) => text)
    .join('')
    .trim()
}
