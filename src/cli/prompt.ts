import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { GuestlistError } from '../model/error.js'
import type { Plan } from '../model/plan.js'
import { planTextChunks } from '../render/text/plan-text.js'
import type { Style } from '../render/text/style.js'
import type { CommonFlags } from './flags.js'
import type { Io } from './io.js'

/** Called before anything is read, so that a pipeline fails at once, and every time. @throws GuestlistError */
export function assertCanApprove(flags: CommonFlags & { readonly autoApprove: boolean }, io: Io): void {
  if (flags.autoApprove) return
  const advice =
    'Approve beforehand with --auto-approve, or save a plan with "guestlist plan --out FILE" and apply that.'
  if (flags.format === 'json')
    throw new GuestlistError('no-terminal', 'apply --json cannot ask for approval', { advice })
  if (flags.noInput)
    throw new GuestlistError('no-terminal', 'apply needs approval, and --no-input forbids asking', { advice })
  if (flags.file.includes('-')) {
    throw new GuestlistError(
      'no-terminal',
      'apply cannot ask for approval while the manifest comes from standard input',
      { advice },
    )
  }
  if (io.stdin.isTTY && io.errIsTerminal) return
  throw new GuestlistError('no-terminal', 'apply needs approval, and there is no terminal to ask on', { advice })
}

export interface Question {
  readonly text: string
  /** The message for any answer other than yes. */
  readonly declined: string
}

const CHANGES: Question = {
  text: 'Do you want to make these changes?\n  guestlist will do exactly what is shown above.',
  declined: 'Not approved; nothing was done.',
}

/**
 * Asks for approval; anything but `yes` declines. People must see what they approve: if standard output is not a
 * terminal, the plan is also shown on standard error.
 *
 * @throws GuestlistError if declined or interrupted
 */
export async function askApproval(plan: Plan, style: Style, io: Io, question = CHANGES): Promise<void> {
  if (!io.outIsTerminal) for (const chunk of planTextChunks(plan, style, io.columns)) io.err(chunk)
  io.err(`\n${question.text}\n  Only 'yes' will be accepted to approve.\n\n`)
  const answer = await ask('  Enter a value: ', io)
  if (answer === 'yes') return
  if (io.interrupt.aborted) throw new GuestlistError('interrupted', 'Interrupted; nothing was done.')
  throw new GuestlistError('declined', question.declined)
}

async function ask(question: string, io: Io): Promise<string | null> {
  const output = new Writable({
    write(chunk, _encoding, done) {
      io.err(String(chunk))
      done()
    },
  })
  const prompt = createInterface({ input: io.stdin, output, terminal: false })
  const ended = new Promise<null>(resolve => prompt.once('close', () => resolve(null)))
  try {
    io.err(question)
    const line = new Promise<string>(resolve => prompt.once('line', resolve))
    const interrupted = new Promise<null>(resolve =>
      io.interrupt.addEventListener('abort', () => resolve(null), { once: true }),
    )
    return await Promise.race([line, ended, interrupted])
  } finally {
    prompt.close()
  }
}
