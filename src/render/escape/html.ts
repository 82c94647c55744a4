import { jsonText } from '../json-text.js'
import { clip } from '../text/width.js'
import { escapeTerminal } from './terminal.js'

/*
 * Text from outside, made safe for a page of HTML. It also shows what a terminal would be spared: bidi and zero-width
 * characters by their code points.
 */

/** A value longer than this is cut: it says nothing more to a reader. */
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

/** What a person sees of a string. Still to be escaped, or set as text content. */
export const shown = (text: string): string => clip(escapeTerminal(text), LONGEST)

/** For element content and for attribute values in double quotes. */
export const escapeHtml = (text: string): string => shown(text).replace(/[&<>"'`=]/gu, found => ENTITIES[found] ?? '')

/** JSON for a `script` of a type that is not run: nothing in it can end the element or begin a comment. */
export const scriptJson = (value: unknown): string => jsonText(value, 0).replaceAll('<', '\\u003c')
