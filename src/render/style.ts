import { styleText } from 'node:util'

/** How text is emphasized; without colour every function returns its input. */
export interface Style {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly good: (text: string) => string
  readonly change: (text: string) => string
  readonly bad: (text: string) => string
}

const same = (text: string): string => text

export const PLAIN: Style = { bold: same, dim: same, good: same, change: same, bad: same }

export const COLOUR: Style = {
  bold: text => styleText('bold', text),
  dim: text => styleText('dim', text),
  good: text => styleText('green', text),
  change: text => styleText('yellow', text),
  bad: text => styleText('red', text),
}
