import type { Plan } from '../model/plan.js'

/** What an approver signs: the plan's digest says what would be done, the rest makes the text readable by itself. */
export interface Statement {
  readonly digest: string
  readonly apiUrl: string
  /** A removal counts at the API and in Keycloak alike. */
  readonly counts: Readonly<Record<'accept' | 'deny' | 'remove', number>>
}

/** Of the text below. A reader knows no other. */
export const STATEMENT_VERSION = 1

export type StatementFault = 'no-statement' | 'other-version' | 'malformed-statement'

/** Counted from the actions, which the digest covers, and not from the summary, which it does not. */
export function statementOf({ digest, apiUrl, actions }: Pick<Plan, 'digest' | 'apiUrl' | 'actions'>): Statement {
  const counts = { accept: 0, deny: 0, remove: 0 }
  for (const { action } of actions) counts[action === 'delete' ? 'remove' : action]++
  return { digest, apiUrl, counts }
}

/**
 * The one text of a statement, to the byte:
 *
 *     guestlist approval 1
 *     digest sha256:…
 *     api https://api.bimdata.io
 *     accept 3
 *     deny 1
 *     remove 2
 */
export function statementText({ digest, apiUrl, counts }: Statement): string {
  const { accept, deny, remove } = counts
  return `guestlist approval ${STATEMENT_VERSION}\ndigest ${digest}\napi ${apiUrl}\naccept ${accept}\ndeny ${deny}\nremove ${remove}\n`
}

const TEXT =
  /^guestlist approval 1\ndigest (sha256:[0-9a-f]{64})\napi (\S+)\naccept (\d{1,9})\ndeny (\d{1,9})\nremove (\d{1,9})\n$/

/** Only what `statementText` would write again is a statement, so that there is one text for one meaning. */
export function parseStatement(text: string): Statement | StatementFault {
  if (text.trim() === '') return 'no-statement'
  const version = /^guestlist approval (\S+)\n/.exec(text)?.[1]
  if (version !== undefined && /^\d+$/.test(version) && version !== String(STATEMENT_VERSION)) return 'other-version'
  const [, digest, apiUrl, accept, deny, remove] = TEXT.exec(text) ?? []
  if (digest === undefined || apiUrl === undefined) return 'malformed-statement'
  const statement = { digest, apiUrl, counts: { accept: Number(accept), deny: Number(deny), remove: Number(remove) } }
  return statementText(statement) === text ? statement : 'malformed-statement'
}
