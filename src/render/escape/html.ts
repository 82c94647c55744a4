import { jsonText } from '../json-text.js'
import { clip } from '../text/width.js'
import { escapeTerminal } from './terminal.js'

/*
 * Makes text from outside safe for an HTML page. As for a terminal, bidi and zero-width characters are shown by their
 * code points.
 */

/** Longer values are truncated: the rest tells a reader nothing more. */
const LONGEST = 1000

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
  '=': '&#61;',
}

/** What a person sees of a string. Must still be escaped, or set as text content. */
export const shown = (text: string): string => clip(escapeTerminal(text), LONGEST)

/** For element content and double-quoted attribute values. */
export const escapeHtml = (text: string): string => shown(text).replace(/[&<>"'`=]/gu, found => ENTITIES[found] ?? '')

/** JSON for a `script` element that is not executed: nothing in it can end the element or begin a comment. */
export const scriptJson = (value: unknown): string => jsonText(value, 0).replaceAll('<', '\\u003c')
