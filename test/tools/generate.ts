import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { generateCodePages, generateCodeTypes, generateLintDocs } from './generate-code-pages.js'
import { generateManifestTypes, generateTestTypes } from './generate-manifest-types.js'
import { generateReportPage, generateReviewPage } from './generate-report-page.js'
import { validators } from './generate-validators.js'

/** How to generate each generated file that is committed, by its path from the project's root. */
export const GENERATED: Readonly<Record<string, () => Promise<string>>> = {
  'src/codes/pages.gen.ts': generateCodePages,
  'src/model/codes.gen.ts': generateCodeTypes,
  'src/lint/docs.gen.ts': generateLintDocs,
  'src/manifest/manifest-file.gen.ts': generateManifestTypes,
  'src/policy-test/test-file.gen.ts': generateTestTypes,
  'src/render/html/report-page.gen.ts': generateReportPage,
  'src/review/review-page.gen.ts': generateReviewPage,
  ...validators,
}

const urlOf = (path: string): URL => new URL(`../../${path}`, import.meta.url)

export const currentText = (path: string): Promise<string> => readFile(urlOf(path), 'utf8')

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, generate] of Object.entries(GENERATED)) await writeFile(urlOf(path), await generate())
}
