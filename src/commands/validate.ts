import type { CommonFlags } from '../cli/flags.js'
import type { Io } from '../cli/io.js'
import { styleFor, widthOf } from '../cli/style-for.js'
import { EXIT, type ExitCode, GuestlistError } from '../model/error.js'
import type { Problem } from '../model/problem.js'
import { diagnosticSource, jsonText } from '../render/json-text.js'
import { problemsSummary, problemsText } from '../render/text/problems-text.js'
import { loadManifest } from './shared/load-manifest.js'

/** Checks manifests without the network. */
export async function validate(flags: CommonFlags, io: Io): Promise<ExitCode> {
  const problems = await findProblems(flags, io)
  const valid = problems.every(({ severity }) => severity !== 'error')
  if (flags.format === 'json') io.out(`${jsonText(validateDocument(problems))}\n`)
  else {
    if (problems.length > 0) io.err(`${problemsText(problems, styleFor('err', flags, io), widthOf(io, 'err'))}\n\n`)
    if (valid) io.out(`${styleFor('out', flags, io).good('The manifest is valid.')}\n`)
    else io.err(`${problemsSummary(problems)}.\n`)
  }
  return valid ? EXIT.done : EXIT.error
}

async function findProblems(flags: CommonFlags, io: Io): Promise<readonly Problem[]> {
  try {
    return (await loadManifest(flags.file, io)).warnings
  } catch (error) {
    if (error instanceof GuestlistError && error.problems.length > 0) return error.problems
    throw error
  }
}

/** In the shape of Terraform's `validate -json`. */
function validateDocument(problems: readonly Problem[]) {
  const errors = problems.filter(({ severity }) => severity === 'error').length
  return {
    format_version: '1.0',
    valid: errors === 0,
    error_count: errors,
    warning_count: problems.length - errors,
    diagnostics: problems.map(diagnostic),
  }
}

function diagnostic(problem: Problem) {
  const { severity, code, summary, detail, range, file } = problem
  return { severity, summary, detail, code, ...(range ? diagnosticSource(problem) : { file }) }
}
