/** Characters that take two columns of a terminal: East Asian wide and full-width ones, and emoji. */
const WIDE =
  /[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u

/** Colours of a style, and combining marks, which take up no column. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences that styles write
const NO_WIDTH = /\u001b\[\d+m|\p{Mn}|\p{Me}/gu

const PRINTABLE_ASCII = /^[ -~]*$/

/** The number of columns that a string takes up on a terminal. */
export function displayWidth(text: string): number {
  if (PRINTABLE_ASCII.test(text)) return text.length
  let width = 0
  for (const character of text.replace(NO_WIDTH, '')) width += WIDE.test(character) ? 2 : 1
  return width
}

/**
 * A line wrapped at spaces, with continuation lines indented. A word wider than a line stays whole, so that it can be
 * copied; no line is made to begin with `::`, which is a command to CI runners.
 */
export function wrapLine(line: string, width: number, indent: number): string {
  if (displayWidth(line) <= width) return line
  const lines: string[] = []
  let current = ''
  for (const word of line.split(/(?<=\S)(?= )/u)) {
    const fits = displayWidth(current) + displayWidth(word) <= width
    if (current.trim() === '' || fits || /^\s*::/u.test(word)) current += word
    else {
      lines.push(current)
      current = ' '.repeat(indent) + word.trimStart()
    }
  }
  return [...lines, current].join('\n')
}

/** Wraps every line with `wrapLine`, indented two more than the line itself; unchanged without a width. */
export const wrapText = (text: string, width = Number.POSITIVE_INFINITY, indent?: number): string =>
  text
    .split('\n')
    .map(line => wrapLine(line, width, indent ?? line.search(/\S|$/) + 2))
    .join('\n')

/** A string without colours, truncated to this many columns, with a mark if it was cut. */
export function fit(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  let shown = ''
  for (const character of text) {
    if (displayWidth(shown + character) > width - 1) break
    shown += character
  }
  return `${shown}…`
}

/** Below this length there is no room to say how many characters were left out. */
const ROOM_TO_TELL = 100

/** Truncates a string to `length` characters and says how many were left out. Never splits a character. */
export function clip(text: string, length: number): string {
  if (text.length <= length) return text
  const characters = Array.from(text)
  if (characters.length <= length) return text
  const more = length < ROOM_TO_TELL ? '' : ` (${characters.length - length} more characters)`
  return `${characters.slice(0, length).join('')}…${more}`
}
