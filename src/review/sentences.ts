import type { CloudsSeen } from './review.js'

/** Beyond this many, clouds that could not be read are counted. */
const SHOWN = 10

/** How far the members of clouds were seen; never that there are no others. */
export function cloudsSentences(clouds: CloudsSeen | null, quote: (name: string) => string): readonly string[] {
  if (clouds === null) return ['The members of clouds were not looked at.']
  const { seen, unknown } = clouds
  const rest = unknown.length - SHOWN
  return [
    `Members of ${seen - unknown.filter(({ id }) => id !== null).length} of ${seen} clouds read; others cannot be seen.`,
    ...unknown
      .slice(0, SHOWN)
      .map(({ id, name, why }) =>
        id === null
          ? `Not known: the list of clouds (${why}).`
          : `Not known: the members of ${quote(name ?? '')} (id ${id}): ${why}.`,
      ),
    ...(rest > 0 ? [`Not known: ${rest} more.`] : []),
  ]
}
