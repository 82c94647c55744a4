import { resolve } from 'node:path'
import { linesOf } from '../audit/lines.js'
import { gatherRuns } from '../audit/runs.js'
import { isIntact, openAuditStream, verifyAudit } from '../audit/verify.js'
import type { CommonFlags } from '../cli/flags.js'
import type { Io } from '../cli/io.js'
import { styleFor, widthOf } from '../cli/style-for.js'
import { EXIT, type ExitCode } from '../model/error.js'
import { jsonChunks } from '../render/json.js'
import { auditText } from '../review/audit-text.js'

/** Verifies the chain of an audit log, then shows its runs. Ends with 1 where the log is not as it was written. */
export async function auditShow(path: string, flags: CommonFlags<'text' | 'html' | 'json'>, io: Io): Promise<ExitCode> {
  const gathered = gatherRuns()
  const verification = await verifyAudit(split(path === '-' ? io.stdin : resolve(io.cwd, path), gathered.add))
  const runs = gathered.runs()
  if (flags.format === 'json') {
    const { lines, head, problems, omitted } = verification
    const valid = isIntact(verification)
    await io.outAll(jsonChunks({ format_version: '1.0', valid, lines, head, problems, omitted, runs }))
    io.out('\n')
  } else if (flags.format === 'html') {
    const { auditHtml } = await import('../review/audit-html.js')
    await io.outAll(auditHtml(verification, runs))
  } else await io.outAll(auditText(verification, runs, styleFor('out', flags, io), widthOf(io)))
  return isIntact(verification) ? EXIT.done : EXIT.error
}

/** Reads a log once, for both: its bytes go on as they are. */
async function* split(
  source: string | AsyncIterable<Uint8Array | string>,
  add: (number: number, text: string) => void,
): AsyncGenerator<Uint8Array | string> {
  const chunks: (Uint8Array | string)[] = []
  const lines = linesOf(tee(openAuditStream(source), chunks))
  for await (const { number, text } of lines) {
    if (text !== null) add(number, text)
    yield* chunks.splice(0)
  }
  yield* chunks.splice(0)
}

async function* tee<T>(source: AsyncIterable<T>, copies: T[]): AsyncGenerator<T> {
  for await (const chunk of source) {
    copies.push(chunk)
    yield chunk
  }
}
