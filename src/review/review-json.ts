import { placeText } from '../model/problem.js'
import { jsonChunks } from '../render/json.js'
import type { AccessRow, Review } from './review.js'

/** `{format_version, provenance, summary, rows}`, in chunks. */
export function* reviewJson({ provenance, summary, rows }: Review): Generator<string> {
  yield* jsonChunks({
    format_version: '1.0',
    provenance,
    summary,
    rows: {
      *[Symbol.iterator]() {
        for (const row of rows) yield rowJson(row)
      },
    },
  })
  yield '\n'
}

const rowJson = ({ rule, ...row }: AccessRow) => ({
  email: row.email,
  cloud: row.cloud,
  cloud_role: row.cloud_role,
  project: row.project,
  project_role: row.project_role,
  status: row.status,
  rule: rule && placeText(rule),
  name: rule?.name ?? null,
  owner: rule?.owner ?? null,
  reason: rule?.reason ?? null,
  ends: row.ends,
  findings: row.findings,
})
