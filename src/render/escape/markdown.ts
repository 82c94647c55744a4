import { clip } from '../text/width.js'
import { escapeTerminal } from './terminal.js'

/*
 * Makes text from outside safe for a comment in GitHub-flavoured Markdown: on GitHub, GitLab, Gitea or Azure DevOps.
 *
 * Names and addresses become code spans, in which none of these sites recognizes @mentions, references or links, and
 * which can be copied verbatim. Sentences remain sentences: punctuation becomes entities, and a zero-width space (also
 * an entity, to keep the bytes plain) precedes whatever would begin a mention, a reference or a link. Entities alone
 * would not suffice: sites look for mentions after decoding them.
 */

/** Longer values tell a reader nothing more, and would crowd out other changes. */
const LONGEST_NAME = 120
const LONGEST_PROSE = 400

const BREAK = '&#8203;'

const entity = (character: string): string => `&#${character.codePointAt(0) ?? 0};`

/**
 * A name as a code span. In a table, parsers disagree about `|` after a backslash even in a code span, so such a name
 * is written as a sentence in a `code` element.
 */
export function codeSpan(text: string, place: 'table' | 'text' = 'text', longest: number = LONGEST_NAME): string {
  const shown = clip(escapeTerminal(text), longest)
  if (shown.trim() === '') return '""'
  if (place === 'table' && shown.includes('|')) return `<code>${prose(shown)}</code>`
  const run = Math.max(0, ...Array.from(shown.matchAll(/`+/gu), ([ticks]) => ticks.length))
  const fence = '`'.repeat(run + 1)
  const padding = /^[` ]|[` ]$/u.test(shown) ? ' ' : ''
  return `${fence}${padding}${shown}${padding}${fence}`
}

/** What may begin a mention or reference (issue, merge request, snippet, milestone, label), or be part of an address. */
const SIGIL = /[@#!$%~&^+]/u

/** A sentence as inline text, even within a table. */
export function prose(text: string, longest: number = LONGEST_PROSE): string {
  return clip(escapeTerminal(text), longest)
    .replace(/[^\p{L}\p{M}\p{N} ,()'"?\-–—…]/gu, character => {
      if (character === '.') return '.'
      return SIGIL.test(character) ? entity(character) + BREAK : entity(character)
    })
    .replace(/&#58;(?=&#47;)/gu, found => found + BREAK)
    .replace(/www(?=\.)/giu, found => found + BREAK)
    .replace(/\b(?:GH|[A-Z][A-Z0-9]+)-(?=\d)/giu, found => found + BREAK)
    .replace(/^[-+]|^\d+(?=[.)])/u, found => BREAK + found)
    .replace(/ {2,}/gu, spaces => spaces.replaceAll(' ', '&#32;'))
}
