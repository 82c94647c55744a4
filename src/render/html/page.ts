import { createHash } from 'node:crypto'
import { escapeHtml } from '../escape/html.js'
import { PAGE_STYLE } from './report-page.gen.js'

/** A page up to its body. Its policy allows nothing to be loaded, sent or run except its own style and script. */
export const pageHead = (title: string, script: string): string => `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${PAGE_STYLE}</style>
</head>
`

function policy(script: string): string {
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
  return [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(PAGE_STYLE)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
}

/** Names and their values, as text. */
export const definitionList = (
  kind: 'facts' | 'counts',
  pairs: readonly (readonly [name: string, value: string | number])[],
): string => {
  const rows = pairs.map(
    ([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(String(value))}</dd></div>`,
  )
  return `<dl class="${kind}">${rows.join('')}</dl>`
}

interface Table {
  readonly id: string
  readonly heading: string
  /** What the controls and the table are for, as an accessible name. */
  readonly label: string
  readonly rows: number
  readonly columns: readonly string[]
  /** What the selects filter by; the script adds their options. */
  readonly filters: readonly string[]
  /** HTML before the table. */
  readonly note?: string
}

/** The section for a table whose rows table-page.js shows. */
export function tableHtml({ id, heading, label, rows, columns, filters, note = '' }: Table): string {
  const head = columns.map(
    (name, index) =>
      `<th scope="col" aria-sort="none"><button type="button" data-column="${index}">${name}</button></th>`,
  )
  const selects = filters.map(
    name => `<label>${name} <select id="${name.toLowerCase()}"><option value="">all</option></select></label>\n`,
  )
  return `<section aria-labelledby="${id}"><h2 id="${id}">${heading}</h2>
${note}<noscript><p>The table of all ${rows} rows needs JavaScript, which this page carries. All above is complete without it.</p></noscript>
<div class="controls" role="search" aria-label="${label}">
<label>Search <input type="search" id="search" autocomplete="off" spellcheck="false"></label>
${selects.join('')}</div>
<p id="count" role="status"></p>
<div class="scroll" role="group" aria-label="Table of ${label.toLowerCase()}" tabindex="0">
<table><thead><tr>${head.join('')}</tr></thead><tbody id="rows"></tbody></table>
</div>
<nav class="pages" aria-label="Pages of the table"><button type="button" id="previous">Previous</button><span id="page"></span><button type="button" id="next">Next</button></nav>
</section>
`
}
