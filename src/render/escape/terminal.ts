/**
 * What no output contains verbatim, in any format: control characters, characters that reorder or hide text (bidi,
 * zero-width, tags, ignorable and blank ones), line separators and lone surrogates. The two variation selectors used in
 * emoji are allowed.
 */
export const UNSAFE = /(?![\ufe0e\ufe0f])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu

/** The first character of `##[` (GitHub), `##vso[` (Azure) and `##teamcity[`, which CI obeys anywhere in a line. */
export const RUNNER_COMMAND = /#(?=#(?:[a-z]+)?\[)/giu

/*
 * Makes text from outside safe for a terminal and for a CI log.
 */

const codePoint = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`

/**
 * Shows every character that could move the cursor, change colours, or reorder or hide text by its code point,
 * `\u{1b}`. The first character of what CI runners take for commands (`::` at the start, `##[` or `##vso[` anywhere) is
 * replaced in the same way. The result is one line.
 */
export function escapeTerminal(text: string): string {
  return text
    .replace(UNSAFE, codePoint)
    .replace(/^\s*::/u, found => found.replace(':', codePoint(':')))
    .replace(RUNNER_COMMAND, codePoint)
}

/** Like `escapeTerminal`, in double quotes to set it off from the surrounding text. */
export const quoteTerminal = (text: string): string => `"${escapeTerminal(text).replaceAll('"', '\\"')}"`

/** Like `escapeTerminal`, character by character, for text to be rejoined; `::` is left to whoever starts a line. */
export function escapeEach(characters: readonly string[]): readonly string[] {
  const commands = new Set(Array.from(characters.join('').matchAll(RUNNER_COMMAND), ({ index }) => index))
  let offset = 0
  return characters.map(character => {
    const at = offset
    offset += character.length
    return commands.has(at) ? codePoint(character) : escapeTerminal(character)
  })
}
