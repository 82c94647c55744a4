import type { Problem, Range } from '../model/problem.js'
import { type ManifestSource, mergeSources } from './parse.js'
import { placeName } from './problems.js'

/**
 * Gives problems that know only where a rule begins (those that the live state shows) what a problem of the text has
 * besides: how far the rule goes on its line, its bytes, and the line itself. Others stay as they are.
 *
 * @param sources what the manifest was parsed from
 */
export function locateProblems(problems: readonly Problem[], sources: readonly ManifestSource[]): readonly Problem[] {
  if (!problems.some(isBare)) return problems
  const { accept, deny } = mergeSources(sources).merged
  const rules = new Map([...accept, ...deny].map(rule => [placeName(rule.place), rule]))
  return problems.map(problem => {
    const rule = isBare(problem) ? rules.get(beginningOf(problem)) : undefined
    if (rule === undefined) return problem
    const { source, start, end } = rule
    return { ...problem, range: source.range(start, end), snippet: source.snippet(start) }
  })
}

type Bare = Problem & { readonly range: Range }

const isBare = (problem: Problem): problem is Bare => problem.range !== null && problem.snippet === null

const beginningOf = ({ file, range }: Bare): string => placeName({ file, ...range.start })
