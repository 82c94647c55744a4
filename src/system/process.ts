import { readFileSync, readlinkSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { sha256 } from '../model/sha256.js'
import { errnoOf } from './errno.js'

/** Identifies a process well enough for another one to prove that it has ended. Empty or 0 means unknown. */
export interface ProcessIdentity {
  readonly Host: string
  readonly PID: number
  /** The scope of the pid: a hash of host, machine and pid namespace. */
  readonly Machine: string
  /** When it started, so that a reused pid is not mistaken for the old process. Linux only. */
  readonly Started: string
}

let own: ProcessIdentity | null = null

export function ownProcess(): ProcessIdentity {
  own ??= { Host: hostname(), PID: process.pid, Machine: machine(), Started: statOf(process.pid)?.started ?? '' }
  return own
}

/**
 * True only if that is certain. Checked in this order:
 *
 * | | has ended? |
 * | --- | --- |
 * | another host, machine or pid namespace, or unknown | unknown: no |
 * | no process has the pid | yes |
 * | it is a zombie: ended, but not yet reaped by its parent | yes |
 * | the pid belongs to a process that started at another time | yes |
 * | otherwise, even if we may not signal it | no |
 */
export function hasEnded(identity: ProcessIdentity): boolean {
  const here = ownProcess()
  if (identity.PID === 0 || identity.Host !== here.Host || identity.Machine !== here.Machine) return false
  if (!hasProcess(identity.PID)) return true
  const stat = statOf(identity.PID)
  if (stat === null) return false
  if (stat.state === 'Z' || stat.state === 'X') return true
  return identity.Started !== '' && stat.started !== identity.Started
}

function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return errnoOf(error) !== 'ESRCH'
  }
}

/** proc(5): the fields after the command's closing parenthesis; the start is the 22nd of all, in ticks since the boot. */
function statOf(pid: number): { state: string; started: string } | null {
  const stat = contentOf(`/proc/${pid}/stat`)
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, ticks] = [fields[0], fields[19]]
  if (state === undefined || ticks === undefined) return null
  return { state, started: `${contentOf('/proc/sys/kernel/random/boot_id').trim()}:${ticks}` }
}

/** Hashed, because machine-id(5) asks not to expose it. */
function machine(): string {
  const parts = [hostname(), contentOf('/etc/machine-id').trim(), linkOf('/proc/self/ns/pid')]
  return sha256(parts.join('\n')).slice(0, 16)
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

/** `user@host`, as Terraform's locks name people. */
export function whoAmI(): string {
  return `${userName()}@${hostname()}`
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    // A container may run under a uid without a name.
    return `uid-${process.getuid?.() ?? 'unknown'}`
  }
}
