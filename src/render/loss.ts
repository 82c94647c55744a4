import type { Loss, UnknownCloud, Unread } from '../model/clouds.js'

/** Beyond this many, clouds that could not be read are counted. */
const UNKNOWN_SHOWN = 10

export const WHY_UNREAD: Readonly<Record<Unread, string>> = {
  401: 'the API refused the credentials, 401',
  403: 'not allowed, 403',
  404: 'not found or not allowed, 404',
  failed: 'reading failed',
  partial: 'read in part',
}

/**
 * What a removal deletes besides the account, a sentence each; how far that was seen is the last. Nothing says that nothing is
 * lost: what cannot be seen may be.
 *
 * @param quote puts a string of the API in quotes; else what is returned is to be escaped as a whole
 */
export function lossSentences(
  loss: Loss | null,
  quote: (name: string) => string = name => `"${name}"`,
): readonly string[] {
  if (loss === null) return ['not known: the clouds were not looked at']
  const { clouds, seen, unknown, complete } = loss
  const lost = clouds.map(({ id, name }) => `deletes the cloud ${quote(name)} (id ${id}): its only member`)
  const none = lost.length === 0 && complete ? ['no cloud that can be seen here'] : []
  const rest = unknown.length - UNKNOWN_SHOWN
  return [
    ...lost,
    ...none,
    ...unknown.slice(0, UNKNOWN_SHOWN).map(cloud => `not known: ${unknownCloud(cloud, quote)}`),
    ...(rest > 0 ? [`not known: ${rest} more`] : []),
    `${seen} ${seen === 1 ? 'cloud' : 'clouds'} seen; others cannot be`,
  ]
}

function unknownCloud({ id, name, why }: UnknownCloud, quote: (name: string) => string): string {
  const what = id === null ? 'the list of clouds' : `the cloud ${quote(name ?? '')} (id ${id})`
  return `${what} (${WHY_UNREAD[why]})`
}
