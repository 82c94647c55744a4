import { readTextFile } from '../../cli/files.js'
import { CommandError, type Io } from '../../cli/io.js'
import { parseSnapshot, type Snapshot, SnapshotError } from '../../documents/snapshot.js'
import { canonicalApiUrl } from '../../model/api-url.js'
import { escapeTerminal } from '../../render/escape/terminal.js'

/**
 * @param apiUrl the address that was asked for; undefined takes the snapshot's
 * @throws CommandError for a file that is no snapshot, is of a newer version, or is of another API
 */
export async function loadSnapshot(path: string, apiUrl: string | undefined, io: Pick<Io, 'cwd'>): Promise<Snapshot> {
  const text = await readTextFile(path, 'snapshot', io)
  const snapshot = parse(path, text)
  if (apiUrl === undefined || canonicalApiUrl(apiUrl) === snapshot.apiUrl) return snapshot
  throw new CommandError(`The snapshot ${escapeTerminal(path)} is of the API at ${snapshot.apiUrl}, not of ${apiUrl}`, {
    advice: 'Leave out --api-url (and BIMDATA_API_URL), or take a snapshot of that API.',
  })
}

function parse(path: string, text: string): Snapshot {
  try {
    const snapshot = parseSnapshot(text)
    return { ...snapshot, apiUrl: canonicalApiUrl(snapshot.apiUrl) }
  } catch (error) {
    if (!(error instanceof SnapshotError)) throw error
    throw new CommandError(`${escapeTerminal(path)}: ${error.message}`, { advice: ADVICE[error.fault], cause: error })
  }
}

const ADVICE: Readonly<Record<SnapshotError['fault'], string>> = {
  'not-a-snapshot': 'Take one with "guestlist snapshot --out FILE".',
  'newer-version': 'Use the version of guestlist that wrote it, or take a new one.',
}
