import { jsonText } from '../render/json.js'
import { snapshotText } from '../snapshot/snapshot.js'
import { assertReplaceable, refuseDash, writePrivateFile } from './files.js'
import { FORMATS, formatOf } from './format.js'
import { EXIT, type ExitCode, type Io } from './io.js'
import { stateConfigOf } from './load-manifest.js'
import { withObserved } from './observe.js'
import type { Flags } from './options.js'
import { readAll } from './read-all.js'

/** Saves the live state, for `--from`: to a file that others cannot read, or to standard output. */
export async function snapshot(flags: Flags<'snapshot'>, io: Io): Promise<ExitCode> {
  formatOf(flags, FORMATS.snapshot)
  refuseDash(flags.out, 'Leave --out away.')
  if (flags.out !== undefined) await assertReplaceable(flags.out, 'snapshot', io)
  const config = await stateConfigOf(flags.file, io)
  return withObserved(config, flags, io, async ({ apiUrl, records, list }) => {
    const takenAt = new Date().toISOString()
    const invitations = await readAll(list)
    const pieces = snapshotText({ apiUrl, takenAt, records, invitations }, value => jsonText(value, 0))
    if (flags.out === undefined) await io.outAll(pieces)
    else {
      await writePrivateFile(flags.out, 'snapshot', pieces, io)
      io.err(
        `Saved ${invitations.length} invitations and ${records.size} remembered removals to ${flags.out}. To plan from it: guestlist plan --from ${flags.out}\n`,
      )
    }
    return EXIT.done
  })
}
