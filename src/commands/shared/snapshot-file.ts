import { readDocument } from '../../cli/files.js'
import type { Io } from '../../cli/io.js'
import { parseSnapshot, type Snapshot } from '../../documents/snapshot-document.js'
import { GuestlistError } from '../../model/error.js'
import { canonicalApiUrl } from '../../model/text.js'
import { escapeTerminal } from '../../render/escape/terminal.js'

/**
 * @param apiUrl the requested address; undefined accepts the snapshot's
 * @throws GuestlistError for a file that is not a snapshot, has a newer version, or is from another API
 */
export async function loadSnapshot(path: string, apiUrl: string | undefined, io: Pick<Io, 'cwd'>): Promise<Snapshot> {
  const parsed = await readDocument(path, 'snapshot', io, parseSnapshot)
  const snapshot = { ...parsed, apiUrl: canonicalApiUrl(parsed.apiUrl) }
  if (apiUrl === undefined || canonicalApiUrl(apiUrl) === snapshot.apiUrl) return snapshot
  throw new GuestlistError(
    'snapshot-other-api',
    `The snapshot ${escapeTerminal(path)} is of the API at ${snapshot.apiUrl}, not of ${apiUrl}`,
    { advice: 'Leave out --api-url (and BIMDATA_API_URL), or take a snapshot of that API.' },
  )
}
