/** How many characters were left out is told where there is room for it. */
const ROOM_TO_TELL = 100

/** A string of at most `length` characters, and how many were left out. No character is cut in two. */
export function clip(text: string, length: number): string {
  if (text.length <= length) return text
  const characters = Array.from(text)
  if (characters.length <= length) return text
  const more = length < ROOM_TO_TELL ? '' : ` (${characters.length - length} more characters)`
  return `${characters.slice(0, length).join('')}…${more}`
}
