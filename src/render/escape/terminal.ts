/**
 * What no output holds as it is, in any format: controls, characters that reorder or hide text (bidi, zero width, tags,
 * ignorable and blank ones), separators of lines, lone surrogates. The two variation selectors that emoji are written with
 * may stay.
 */
export const UNSAFE = /(?![\ufe0e\ufe0f])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu

/** `##[` (GitHub), `##vso[` (Azure) and `##teamcity[`, which CI runners obey anywhere in a line: its first character. */
export const RUNNER_COMMAND = /#(?=#(?:[a-z]+)?\[)/giu

/*
 * Text from outside, made safe for a terminal and for a CI log.
 */

const codePoint = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`

/**
 * Every character that could move the cursor, change colours, reorder or hide text is shown by its code point,
 * `\u{1b}`. `::` at the start and `##[` or `##vso[` anywhere, by which CI runners know commands, lose their first character
 * the same way. The result is one line.
 */
export function escapeTerminal(text: string): string {
  return text
    .replace(UNSAFE, codePoint)
    .replace(/^\s*::/u, found => found.replace(':', codePoint(':')))
    .replace(RUNNER_COMMAND, codePoint)
}

/** As `escapeTerminal`, in double quotes where it needs them to be told from the text around. */
export const quoteTerminal = (text: string): string => `"${escapeTerminal(text).replaceAll('"', '\\"')}"`

/** As `escapeTerminal`, character by character, for text that is to be put together again; `::` is left to who begins a line. */
export function escapeEach(characters: readonly string[]): readonly string[] {
  const commands = new Set(Array.from(characters.join('').matchAll(RUNNER_COMMAND), ({ index }) => index))
  let offset = 0
  return characters.map(character => {
    const at = offset
    offset += character.length
    return commands.has(at) ? codePoint(character) : escapeTerminal(character)
  })
}
