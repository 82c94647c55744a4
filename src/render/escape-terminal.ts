/*
 * Text from outside, made safe for a terminal and for a CI log.
 */

/** Controls, formatting that cannot be seen (bidi, zero width, tags), separators of lines, lone surrogates, blank letters. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]/gu

const codePoint = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`

/**
 * Every character that could move the cursor, change colours, reorder or hide text is shown by its code point,
 * `\u{1b}`. `::` at the start and `##[` or `##vso[` anywhere, by which CI runners know commands, lose their first character
 * the same way.
 */
export function escapeTerminal(text: string): string {
  return text
    .replace(UNSAFE, codePoint)
    .replace(/^\s*::/u, found => found.replace(':', codePoint(':')))
    .replace(/##(?=\[|vso\[)/giu, found => codePoint('#') + found.slice(1))
}

/** As `escapeTerminal`, in double quotes where it needs them to be told from the text around. */
export const quoteTerminal = (text: string): string => `"${escapeTerminal(text).replaceAll('"', '\\"')}"`
