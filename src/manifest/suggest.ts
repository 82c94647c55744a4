/** The API's names, and the commonest synonyms, for keys and words of a manifest. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  clientid: 'client',
  cloudname: 'cloud',
  projectname: 'project',
  senderprovidersub: 'sender',
  mail: 'email',
  expires: 'until',
  reject: 'deny',
  delete: 'remove',
}

const LONGEST = 40

const plain = (word: string): string => word.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '')

/** The optimal string alignment distance between two short words: insertions, deletions, replacements and swaps. */
function distance(a: string, b: string): number {
  let [before, row]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const cost = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1))
      next.push(swapped ? Math.min(cost, (before[j - 2] ?? 0) + 1) : cost)
    }
    before = row
    row = next
  }
  return row[b.length] ?? 0
}

/** The word that was probably meant; null if none is close. */
export function suggest(word: string, known: readonly string[]): string | null {
  if (word.length > LONGEST) return null
  const written = plain(word)
  const other = Object.hasOwn(OTHER_WORDS, written) ? OTHER_WORDS[written] : undefined
  if (other !== undefined && known.includes(other)) return other
  const ranked = known
    .map(candidate => ({ candidate, far: distance(written, plain(candidate)) }))
    .sort((a, b) => a.far - b.far)
  const [best] = ranked
  return best !== undefined && best.far <= Math.max(1, Math.floor(best.candidate.length / 3)) ? best.candidate : null
}
