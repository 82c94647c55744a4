/*
 * Runs as a process: `audit-worker FILE`. Takes one command per line and answers each with one line:
 * `append COUNT NAME`: appends one after the other, each synced to disk before the next.
 */
import { createInterface } from 'node:readline'
import { openAudit } from '../../src/audit/audit-log.js'

const log = await openAudit(String(process.argv[2]), { cwd: '.', env: {}, now: () => new Date() })

for await (const line of createInterface({ input: process.stdin })) {
  const [, count, name] = line.split(' ')
  for (let n = 0; n < Number(count); n++) {
    await log.append({ event: 'attempt', address: `${name}-${n}` }, { sync: true })
  }
  process.stdout.write('done\n')
}
