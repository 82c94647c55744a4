import t from 'tap'
import { readSigners } from '../../src/approval/judge-approvals.js'
import { GuestlistError } from '../../src/model/error.js'
import { approvalCases } from './fixtures/cases.js'
import { judgeCase } from './fixtures/judge.js'

t.test('whether an approval counts', async t => {
  const { cases, remove } = approvalCases()
  t.teardown(remove)
  t.ok(cases.length >= 30, 'the table has at least 30 cases')
  for (const each of cases) {
    t.test(each.name, async t => {
      const { verdicts, enough } = await judgeCase(each)
      t.strictSame(verdicts, each.expect)
      t.equal(enough, each.expect.filter(verdict => verdict === 'counts').length, 'enough for as many, and for no more')
    })
  }
})

t.test('an author whom the signers file spells otherwise is an error: their own signature would count', async t => {
  const text = 'alice@acme.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILZpDbcEMxdSXaGnsXfcuaUWRQVdTVW3CA9wpuqFHtVT\n'
  t.equal(readSigners({ path: 'signers', text }, ['alice@acme.example']).length, 1)
  for (const author of ['alice', 'Alice@acme.example', 'bob@acme.example'])
    t.throws(() => readSigners({ path: 'signers', text }, [author]), GuestlistError)
})
