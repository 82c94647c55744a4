import { clip } from '../text/width.js'
import { escapeTerminal } from './terminal.js'

/*
 * Text from outside, made safe for a comment in GitHub-flavoured Markdown: on GitHub, GitLab, Gitea or Azure DevOps.
 *
 * Names and addresses become code spans, in which all of them leave @mentions, references and links alone, and which can be
 * copied as they stand. Sentences stay sentences: punctuation becomes entities, and a zero-width space (an entity too, so
 * that the bytes stay plain) stands where a mention, a reference or a link would begin. Entities alone would not do:
 * sites look for mentions after they have decoded them.
 */

/** Longer values say nothing more to a reader, and would crowd out other changes. */
const LONGEST_NAME = 120
const LONGEST_PROSE = 400

const BREAK = '&#8203;'

const entity = (character: string): string => `&#${character.codePointAt(0) ?? 0};`

/**
 * A name as a code span. In a table parsers disagree on `|` after a backslash, even there: such a name is written as a sentence
 * within an element of code.
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

/** What may begin a mention, a reference to an issue, merge request, snippet, milestone or label, or be part of an address. */
const SIGIL = /[@#!$%~&^+]/u

/** A sentence as inline text, also within a table. */
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
