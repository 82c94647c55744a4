/** What JSON allows raw and a terminal, a log or a CI runner may obey: DEL and C1 controls, separators, bidi, tags. */
const UNSAFE =
  /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\u{db40}[\udc00-\udfff]|##(?=\[|vso\[)/giu

const escaped = (found: string): string =>
  found
    .split('')
    .map(unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')

/** JSON of the same value whose text is inert on a terminal. `indent`: spaces, 0 for one line. No newline at the end. */
export function jsonText(value: unknown, indent = 2): string {
  return JSON.stringify(value, null, indent).replace(UNSAFE, escaped)
}
