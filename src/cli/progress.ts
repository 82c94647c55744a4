import type { Io } from './io.js'

/** How far something has come, on standard error. */
export interface Progress {
  done(count: number): void
  /** One more has failed. */
  failed(): void
  /** Takes the line away; nothing is shown after it. */
  end(): void
}

/** How often a line is drawn again on a terminal, and how often one is printed elsewhere. */
const REDRAW_MS = 200
const PRINT_MS = 3000

/** What ends sooner than this shows nothing. */
const SHOWN_AFTER_MS = 300

interface ProgressOptions {
  readonly label: string
  /** Null where it is not known. */
  readonly total: number | null
  /** Quiet: for machines. */
  readonly quiet: boolean
}

/** On a terminal one line that is drawn again; elsewhere a line every few seconds. */
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
  /** Since the start. */
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

/** The line with a bar before it where the total is known and there is room; cut where it is too long for the columns there are. */
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
