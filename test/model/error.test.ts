import t from 'tap'
import { ApiError } from '../../src/model/api-error.js'
import { EXIT, GuestlistError, problemsError } from '../../src/model/error.js'

t.test('an error carries its code, its exit code, what to do, and its cause', async t => {
  const cause = new Error('disk')
  const error = new GuestlistError('file-unreadable', 'It cannot be read', { advice: 'Look.', cause })
  t.match(error, { name: 'GuestlistError', code: 'file-unreadable', advice: 'Look.', exitCode: EXIT.error, cause })
  t.match(new GuestlistError('usage', 'x'), { advice: null, place: null, problems: [], cause: undefined })
})

t.test('the exit code follows from the code', async t => {
  const codes = [
    'plan-refused',
    'approvals-missing',
    'approvals-unchecked',
    'plan-stale',
    'interrupted',
    'usage',
  ] as const
  t.same(
    codes.map(code => new GuestlistError(code, 'x').exitCode),
    [3, 3, 3, 4, 130, 1],
  )
})

t.test('who read it from a file adds the file, and all else stays', async t => {
  const error = new GuestlistError('plan-stale', 'It is old.', { advice: 'Plan again.' })
  const placed = error.at('plan.json')
  t.match(placed, { message: 'plan.json: It is old.', place: 'plan.json', advice: 'Plan again.', exitCode: EXIT.stale })
  t.equal(placed.cause, error)
})

t.test('problems are counted', async t => {
  t.match(problemsError([], 'tests'), { code: 'test-problems', message: '0 problems in the tests' })
})

t.test("an API's error has a code of the same table", async t => {
  t.equal(new ApiError('x', { kind: 'timeout' }).code, 'api-timeout')
})
