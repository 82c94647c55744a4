import t from 'tap'
import { bearerToken, isFresh, renewingToken, type Token } from '../../src/auth/renewing.js'

t.test('so long before its end a token is renewed', async t => {
  const cases: [string, number | undefined, number, boolean][] = [
    ['an hour, new', 3600, 0, true],
    ['an hour, 31 s before its end', 3600, 3569, true],
    ['an hour, 29 s before its end', 3600, 3571, false],
    ['a minute, after 47 s', 60, 47, true],
    ['a minute, after 49 s', 60, 49, false],
    ['no end known', undefined, 1e9, true],
    ['an end past all dates', 1e300, 1e6, true],
    ['over at once', 0, 0, false],
  ]
  for (const [name, life, age, want] of cases)
    t.equal(isFresh(bearerToken('token-x', life, 1000), 1000 + age * 1000), want, name)
})

t.test('one fetch serves all who wait, and the next starts from what it gave', async t => {
  const given: (string | undefined)[] = []
  let count = 0
  const token = renewingToken(async (stale: Token | null) => {
    given.push(stale?.header.reveal())
    await new Promise(resolve => setImmediate(resolve))
    return bearerToken(`token-${++count}`, 600, Date.now())
  })
  const headers = await Promise.all(Array.from({ length: 10 }, () => token.authorization()))
  t.strictSame(new Set(headers.map(each => each.reveal())), new Set(['Bearer token-1']))
  const [failed = headers[9]] = headers
  if (failed === undefined) throw new Error('no header')
  t.strictSame(await Promise.all([token.renew(failed), token.renew(failed)]), [true, true])
  t.equal(await token.renew(failed), true, 'it has been renewed already')
  t.strictSame(given, [undefined, 'Bearer token-1'])
})

t.test('a fetch that fails fails for all who wait, and is tried again by the next', async t => {
  let count = 0
  const token = renewingToken(async () => {
    if (++count === 1) throw new Error('away')
    return bearerToken('token-y', 600, Date.now())
  })
  const results = await Promise.allSettled([token.authorization(), token.authorization()])
  t.strictSame(
    results.map(each => each.status),
    ['rejected', 'rejected'],
  )
  t.equal((await token.authorization()).reveal(), 'Bearer token-y')
})

t.test('a provider that gives the same token again: it was fetched anew, and the request is repeated', async t => {
  let count = 0
  const token = renewingToken(async () => {
    count++
    return bearerToken('same-token', 600, Date.now())
  })
  t.equal(await token.renew(await token.authorization()), true)
  t.equal(count, 2)
})
