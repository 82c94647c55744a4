import { randomUUID } from 'node:crypto'
import { memberOf, tryParseJson } from '../model/json.js'
import { ownProcess, type ProcessIdentity, whoAmI } from './process.js'

/**
 * Who holds a lock, with Terraform's field names, so that servers and tools for its HTTP backend can show it.
 * The last four are ours; other programs' locks lack them.
 */
export interface LockInfo extends ProcessIdentity {
  readonly ID: string
  readonly Operation: string
  readonly Info: string
  /** `user@host` */
  readonly Who: string
  readonly Version: string
  /** RFC 3339, UTC. */
  readonly Created: string
  /** The state that is locked. */
  readonly Path: string
}

export interface LockFacts {
  readonly operation: string
  readonly path: string
  readonly version: string
  readonly now: Date
}

export function newLockInfo(facts: LockFacts): LockInfo {
  return {
    ID: randomUUID(),
    Operation: facts.operation,
    Info: '',
    Who: whoAmI(),
    Version: facts.version,
    Created: facts.now.toISOString(),
    Path: facts.path,
    ...ownProcess(),
  }
}

/** Text that is not lock info yields one with an empty ID: held by an unknown holder. */
export function parseLockInfo(text: string): LockInfo {
  const fields = tryParseJson(text)
  const string = (name: string): string => {
    const value = memberOf(fields, name)
    return typeof value === 'string' ? value : ''
  }
  const pid = memberOf(fields, 'PID')
  return {
    ID: string('ID'),
    Operation: string('Operation'),
    Info: string('Info'),
    Who: string('Who'),
    Version: string('Version'),
    Created: string('Created'),
    Path: string('Path'),
    Host: string('Host'),
    PID: typeof pid === 'number' && Number.isInteger(pid) && pid > 0 ? pid : 0,
    Machine: string('Machine'),
    Started: string('Started'),
  }
}

/** One line for messages, leaving out what is unknown. Strings from a server are escaped. */
export function describeHolder(info: LockInfo): string {
  if (info.ID === '') return 'somebody unknown'
  const parts = [
    info.Who === '' ? 'somebody' : plain(info.Who),
    info.Created === '' ? '' : `since ${plain(info.Created)}`,
    info.Operation === '' ? '' : `for ${plain(info.Operation)}`,
    info.Host === '' ? '' : `host ${plain(info.Host)}`,
    info.PID === 0 ? '' : `pid ${info.PID}`,
    `lock id ${plain(info.ID)}`,
  ]
  return parts.filter(part => part !== '').join(', ')
}

/** Escapes control, bidi and line-breaking characters as `\u…`, and truncates long text. */
export function plain(text: string): string {
  return text
    .slice(0, 200)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, char => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`)
}
