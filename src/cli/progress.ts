import type { Io } from './io.js'

/** Shows progress on standard error. */
export interface Progress {
  done(count: number): void
  /** Counts one more failure. */
  failed(): void
  /** Removes the line; nothing is shown afterwards. */
  end(): void
}

/** How often the line is redrawn on a terminal, and how often one is printed elsewhere. */
const REDRAW_MS = 200
const PRINT_MS = 3000

/** Work that ends sooner than this shows no progress. */
const SHOWN_AFTER_MS = 300

interface ProgressOptions {
  readonly label: string
  /** Null if unknown. */
  readonly total: number | null
  /** Show nothing, for machine-readable output. */
  readonly quiet: boolean
}

/** On a terminal, redraws one line; elsewhere, prints a line every few seconds. */
export function startProgress(
  { label, total, quiet }: ProgressOptions,
  io: Pick<Io, 'err' | 'status' | 'columns'>,
): Progress {
  if (quiet) return { done: () => undefined, failed: () => undefined, end: () => undefined }
  const started = Date.now()
  let [count, failures] = [0, 0]
  let last = started
  const draw = () => {
    const now = Date.now()
    if (now - started < SHOWN_AFTER_MS || now - last < (io.status ? REDRAW_MS : PRINT_MS)) return
    last = now
    const facts = {
      label: failures === 0 ? label : `${label}, ${failures} failed`,
      total,
      count,
      seconds: (now - started) / 1000,
    }
    if (io.status) io.status(progressBar(facts, io.columns))
    else io.err(`${progressLine(facts)}\n`)
  }
  const timer = setInterval(draw, REDRAW_MS)
  timer.unref()
  return {
    done(now) {
      count = now
      draw()
    },
    failed() {
      failures++
    },
    end() {
      clearInterval(timer)
      io.status?.(null)
    },
  }
}

export interface ProgressFacts {
  readonly label: string
  readonly total: number | null
  readonly count: number
  /** Elapsed time. */
  readonly seconds: number
}

/** `Applying: 45 of 120, 12/s, 6 s left` */
export function progressLine({ label, total, count, seconds }: ProgressFacts): string {
  const rate = seconds > 0 ? count / seconds : 0
  const parts = [
    total === null ? `${count}` : `${count} of ${total}`,
    ...(rate > 0 ? [`${rate < 10 ? rate.toFixed(1) : Math.round(rate)}/s`] : []),
    total === null || rate === 0 ? `${timeText(seconds)} so far` : `${timeText((total - count) / rate)} left`,
  ]
  return `${label}: ${parts.join(', ')}`
}

/** The line, preceded by a bar if the total is known and there is room; truncated to the columns. */
export function progressBar(facts: ProgressFacts, columns: number): string {
  const line = progressLine(facts)
  const room = Math.min(30, columns - line.length - 4)
  if (facts.total === null || facts.total === 0 || room < 8) return columns > 0 ? line.slice(0, columns - 1) : line
  const full = Math.floor((room * Math.min(facts.count, facts.total)) / facts.total)
  return `[${'='.repeat(full)}${' '.repeat(room - full)}] ${line}`
}

function timeText(seconds: number): string {
  const whole = Math.ceil(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
