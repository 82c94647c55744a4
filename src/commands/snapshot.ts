import type { ConcurrencyFlags, OutFlags, PlanningFlags } from '../cli/common-options.js'
import { assertReplaceable, refuseDash, writePrivateFile } from '../cli/files.js'
import type { CommonFlags } from '../cli/flags.js'
import type { Io } from '../cli/io.js'
import { snapshotText } from '../documents/snapshot-document.js'
import { EXIT, type ExitCode } from '../model/error.js'
import { jsonText } from '../render/json-text.js'
import { stateConfigOf } from './shared/load-manifest.js'
import { readAll, withWorld } from './shared/read-world.js'

type SnapshotFlags = CommonFlags & ConcurrencyFlags & OutFlags & Pick<PlanningFlags, 'noLoss'>

/** Saves the live state for `--from`, to a file that others cannot read or to standard output. */
export async function snapshot(flags: SnapshotFlags, io: Io): Promise<ExitCode> {
  refuseDash(flags.out, 'Leave out --out.')
  if (flags.out !== undefined) await assertReplaceable(flags.out, 'snapshot', io)
  const config = await stateConfigOf(flags.file, io)
  return withWorld({ state: config }, flags, io, async ({ apiUrl, records, list, clouds: readClouds }) => {
    const takenAt = new Date().toISOString()
    const invitations = await readAll(list)
    const clouds = flags.noLoss ? null : await readClouds()
    const chunks = snapshotText({ apiUrl, takenAt, records, invitations, clouds }, value => jsonText(value, 0))
    if (flags.out === undefined) await io.outAll(chunks)
    else {
      await writePrivateFile(flags.out, 'snapshot', chunks, io)
      io.err(
        `Saved ${invitations.length} invitations and ${records.size} remembered removals to ${flags.out}. To plan from it:\n  guestlist plan --from ${flags.out}\n`,
      )
    }
    return EXIT.done
  })
}
