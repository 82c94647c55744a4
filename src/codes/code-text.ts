import type { Style } from '../render/text/style.js'
import { wrapText } from '../render/text/width.js'
import type { CodePage, Family } from './codes.js'
import type { Page } from './page.js'

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
