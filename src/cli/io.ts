import type { Readable } from 'node:stream'
import type { ExitCode } from '../model/error.js'

/** The world outside, as commands see it. Writing never throws; a reader that went away is not an error. */
export interface Io {
  /** The result, and nothing else. */
  out(text: string): void
  /** A result too long to be held whole: the next chunk is made when its reader has taken the last. */
  outAll(chunks: Iterable<string>): Promise<void>
  /** Progress, warnings, prompts and logs. */
  err(text: string): void
  /** Redraws the last line of the terminal, below all that is written; null takes it away. Only on a terminal. */
  status?(line: string | null): void
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  readonly outIsTerminal: boolean
  readonly errIsTerminal: boolean
  /** Columns of the terminal; 80 where there is none. */
  readonly columns: number
  /** Aborts at the first SIGINT, SIGTERM or SIGHUP (not under nohup). */
  readonly interrupt: AbortSignal
  /** Ends the process at once, whatever hangs in it. Only where there is one. */
  end?(code: ExitCode): void
}
