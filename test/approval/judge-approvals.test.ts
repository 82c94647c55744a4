import t from 'tap'
import { parseApproval } from '../../src/approval/approval-file.js'
import { judgeApprovals } from '../../src/approval/judge-approvals.js'
import { approvalCases, PLAN } from './fixtures/cases.js'

const keygen = { env: process.env, terminal: false }

t.test('whether an approval counts', async t => {
  const { cases, remove } = approvalCases()
  t.teardown(remove)
  t.ok(cases.length >= 30, 'the table has at least 30 cases')
  for (const { name, signers, approvals, author, now = new Date(), expect } of cases) {
    t.test(name, async t => {
      const given = approvals.map((text, index) => ({
        path: `${index + 1}.sig`,
        content: parseApproval(text) ?? ('not-a-signature' as const),
      }))
      const policy = { plan: PLAN, authors: author === undefined ? [] : [author], now }
      const judged = await judgeApprovals(given, { path: 'signers', text: signers.join('\n') }, policy, keygen)
      t.strictSame(
        judged.map(each => (each.counts ? 'counts' : each.reason)),
        expect,
      )
    })
  }
})
