import { Readable } from 'node:stream'
import type { Io } from '../../src/cli/io.js'

export interface TestIo extends Io {
  readonly stdout: string[]
  readonly stderr: string[]
}

/** An in-memory io for a command; `onErr` receives each write to standard error as it happens. */
export function testIo(env: NodeJS.ProcessEnv, onErr: (text: string) => void = () => {}): TestIo {
  const stdout: string[] = []
  const stderr: string[] = []
  return {
    stdout,
    stderr,
    out: text => stdout.push(text),
    outAll: async pieces => void stdout.push(...pieces),
    err: text => {
      stderr.push(text)
      onErr(text)
    },
    stdin: Readable.from([]),
    env,
    cwd: process.cwd(),
    outIsTerminal: false,
    errIsTerminal: false,
    columns: 80,
    interrupt: new AbortController().signal,
  }
}

/** The flags that every command takes, with their defaults. */
export const COMMON_FLAGS = {
  file: [],
  apiUrl: undefined,
  format: 'text',
  given: new Set<string>(),
  chdir: undefined,
  noColor: true,
  noInput: false,
  logLevel: 'info',
  timeout: 30_000,
  retries: 0,
  maxBody: 4096,
  maxDepth: 32,
  allowInsecureHttp: false,
} as const
