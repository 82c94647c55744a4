/*
 * Runs as a process: `state-worker FOLDER [HOSTNAME]`. Takes one command per line and answers each with one line:
 * `lock MS`, `release`, `record EMAIL`, `read`, `hold MS FILE` (lock, check that FILE is free, use it, release).
 */
import { open, rm } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { openState, type StateLock } from '../../src/state/state-store.js'

const [folder = '.', apiUrl = 'https://api.example'] = process.argv.slice(2)
const store = openState({ backend: 'local' }, { apiUrl, cwd: folder, env: {} })
let lock: StateLock | null = null

const record = {
  outcome: 'removed',
  at: '2026-11-02T09:30:00.000Z',
  reason: null,
  accepted_invitations: [],
  plan_digest: 'sha256:0',
} as const

async function take(timeoutMs: number): Promise<string> {
  let taken = ''
  lock = await store.lock({
    operation: 'test',
    timeoutMs,
    onTakeover: holder => {
      taken = ` from ${holder.PID}`
    },
  })
  return `locked${taken}`
}

/** If two processes held the lock at once, both would create the file. */
async function hold(timeoutMs: number, file: string): Promise<string> {
  const how = await take(timeoutMs)
  const handle = await open(file, 'wx')
  await store.read()
  await store.record(`user-${process.pid}-${Math.random()}@acme.example`, record)
  await sleep(Math.random() * 5)
  await handle.close()
  await rm(file)
  await lock?.release()
  return how
}

async function run(line: string): Promise<string> {
  const [command, ...args] = line.split(' ')
  if (command === 'lock') return take(Number(args[0]))
  if (command === 'hold') return hold(Number(args[0]), String(args[1]))
  if (command === 'release') await lock?.release()
  if (command === 'record') await store.record(String(args[0]), record)
  if (command === 'read') return [...(await store.read()).keys()].join(' ')
  return 'done'
}

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await run(line).catch(error => `error ${error.code ?? ''} ${error.message}`.replaceAll('\n', ' '))
  process.stdout.write(`${answer}\n`)
}
