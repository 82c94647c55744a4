import type { Style } from '../render/text/style.js'
import { wrapText } from '../render/text/width.js'
import type { Page } from './code-page.js'
import { DOCTOR_PAGES } from './pages/doctor-pages.js'
import { ERROR_PAGES } from './pages/error-pages.js'
import { LINT_PAGES } from './pages/lint-pages.js'
import { NOTICE_PAGES } from './pages/notice-pages.js'
import { REFUSAL_PAGES, WARNING_PAGES } from './pages/plan-pages.js'
import { PROBLEM_PAGES } from './pages/problem-pages.js'
import { RUN_PAGES } from './pages/run-pages.js'

/** Codes of one kind, and where they are shown. */
export interface Family {
  readonly name: string
  readonly title: string
  readonly shown: string
  readonly pages: Readonly<Record<string, Page>>
}

export interface CodePage extends Page {
  readonly code: string
  readonly family: string
}

/** Every code that guestlist shows, each in one family only. */
export const FAMILIES: readonly Family[] = [
  { name: 'error', title: 'What ends a command', shown: 'diagnostics of `apply --json`', pages: ERROR_PAGES },
  {
    name: 'problem',
    title: 'Problems of a manifest or of tests',
    shown: "`validate --json`, a plan's JSON (`guestlist.diagnostics`), diagnostics of `apply --json`",
    pages: PROBLEM_PAGES,
  },
  { name: 'lint', title: 'Findings of lint', shown: 'every format of `lint`, SARIF included', pages: LINT_PAGES },
  {
    name: 'warning',
    title: 'Warnings of a plan',
    shown: "a plan's JSON (`guestlist.warnings`), diagnostics of `apply --json`",
    pages: WARNING_PAGES,
  },
  {
    name: 'refusal',
    title: 'Refusals of a plan',
    shown: "a plan's JSON (`guestlist.refused`), diagnostics of `apply --json`",
    pages: REFUSAL_PAGES,
  },
  {
    name: 'run',
    title: 'What keeps an apply from being complete',
    shown: 'diagnostics of `apply --json`',
    pages: RUN_PAGES,
  },
  {
    name: 'notice',
    title: 'Warnings of a command',
    shown: 'standard error; `serve --log-format json`',
    pages: NOTICE_PAGES,
  },
  { name: 'check', title: 'Checks of doctor', shown: 'every format of `doctor`', pages: DOCTOR_PAGES },
]

export const CODE_PAGES: ReadonlyMap<string, CodePage> = new Map(
  FAMILIES.flatMap(({ name, pages }) =>
    Object.entries(pages).map(([code, page]) => [code, { code, family: name, ...page }] as const),
  ),
)

/** One page for people. @param width columns of the terminal; none where there is none */
export function pageText(
  { code, family, means, why, remedy, example }: CodePage,
  style: Style,
  width?: number,
): string {
  const wrap = (text: string) => wrapText(text, width, 0)
  return [
    `${style.bold(code)} ${style.dim(`(${family})`)}`,
    wrap(means),
    wrap(`${style.bold('Why:')} ${why}`),
    wrap(`${style.bold('What to do:')} ${remedy}`),
    `${style.bold('Example:')}\n${example.replace(/^/gm, '    ')}`,
  ]
    .join('\n\n')
    .concat('\n')
}

/** Every code with its first sentence. @param width as of `pageText` */
export function listText(families: readonly Family[], style: Style, width?: number): string {
  return families
    .map(({ title, pages }) => {
      const rows = Object.entries(pages).flatMap(([code, { means }]) => [
        `  ${code}`,
        wrapText(`      ${means}`, width, 6),
      ])
      return `${style.bold(title)}\n${rows.join('\n')}\n`
    })
    .join('\n')
}

/** The reference of all codes, as Markdown. */
export function referenceMarkdown(families: readonly Family[]): string {
  const sections = families.map(({ title, shown, pages }) =>
    [
      `## ${title}`,
      `Shown by: ${shown}; in text with \`--log-level debug\`.`,
      ...Object.entries(pages).map(pageMarkdown),
    ].join('\n\n'),
  )
  return `<!-- Generated from src/codes/ by "npm run generate". Do not edit. -->

# Codes

Every error, warning and refusal has a code that does not change. \`guestlist explain-code CODE\` shows its page in a terminal.

${sections.join('\n\n')}
`
}

const pageMarkdown = ([code, { means, why, remedy, example }]: readonly [string, Page]): string =>
  `### \`${code}\`\n\n${means}\n\n**Why:** ${why}\n\n**What to do:** ${remedy}\n\n\`\`\`text\n${example}\n\`\`\``
