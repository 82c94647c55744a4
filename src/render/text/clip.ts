/** A text of at most `length` characters, and how many were left out. No character is cut in two. */
export function clip(text: string, length: number): string {
  if (text.length <= length) return text
  const characters = Array.from(text)
  if (characters.length <= length) return text
  return `${characters.slice(0, length).join('')}… (${characters.length - length} more characters)`
}
