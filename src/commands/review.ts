import type { ConcurrencyFlags, PlanningFlags, SnapshotFromFlags } from '../cli/common-options.js'
import { showProblems } from '../cli/failure.js'
import type { CommonFlags } from '../cli/flags.js'
import type { Io } from '../cli/io.js'
import { styleFor, widthOf } from '../cli/style-for.js'
import { EXIT, type ExitCode } from '../model/error.js'
import { DAY_MS } from '../model/text.js'
import { escapeTerminal } from '../render/escape/terminal.js'
import type { Review } from '../review/access-review.js'
import { findAccess } from '../review/find-access.js'
import { reviewCsv, reviewJson } from '../review/review-data.js'
import { reviewText } from '../review/review-text.js'
import { hasFindings, summarize } from '../review/summarize.js'
import { loadManifest } from './shared/load-manifest.js'
import { provenanceOf, withWorld } from './shared/read-world.js'

type ReviewFormat = 'text' | 'html' | 'csv' | 'json'

type ReviewFlags = CommonFlags<ReviewFormat> &
  ConcurrencyFlags &
  SnapshotFromFlags &
  Pick<PlanningFlags, 'noLoss' | 'now'> & { readonly within: number; readonly detailedExitcode: boolean }

/** Shows who has access to what, from accepted invitations and cloud members, and the rule that explains it. */
export async function review(flags: ReviewFlags, io: Io): Promise<ExitCode> {
  const loaded = await loadManifest(flags.file, io)
  showProblems(loaded.warnings, flags, io)
  const { manifest } = loaded
  const found = await withWorld({ state: manifest.state }, flags, io, async (world): Promise<Review> => {
    const now = flags.now ?? new Date()
    const input = { manifest, records: world.records, now, within: flags.within * DAY_MS }
    const finder = await world.list(() => findAccess(input))
    const clouds = flags.noLoss ? null : await world.clouds()
    const rows = finder.finish(clouds)
    return { provenance: provenanceOf(world, loaded, now), summary: summarize(rows, clouds), rows }
  })
  await io.outAll(await renderReview(found, flags, io))
  return flags.detailedExitcode && hasFindings(found.summary) ? EXIT.changes : EXIT.done
}

async function renderReview(review: Review, flags: ReviewFlags, io: Io): Promise<Iterable<string>> {
  const { format } = flags
  switch (format) {
    case 'text':
      return reviewText(review, styleFor('out', flags, io), widthOf(io))
    case 'csv':
      return reviewCsv(review.rows, io.outIsTerminal ? escapeTerminal : undefined)
    case 'json':
      return reviewJson(review)
    case 'html':
      return (await import('../review/review-html.js')).reviewHtml(review)
    default:
      return format satisfies never
  }
}
