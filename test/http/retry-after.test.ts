import t from 'tap'
import { retryAfterMs } from '../../src/http/retry.js'

t.test('Retry-After in both forms', async t => {
  const now = Date.parse('2026-11-20T10:00:00Z')
  const cases: [string | undefined, number | undefined][] = [
    [undefined, undefined],
    ['', undefined],
    ['120', 120_000],
    [' 0 ', 0],
    ['1.5', 1500],
    ['-5', undefined],
    ['soon', undefined],
    ['99999999999999999999', Number.MAX_SAFE_INTEGER],
    ['Fri, 20 Nov 2026 10:00:30 GMT', 30_000],
    ['Friday, 20-Nov-26 10:00:30 GMT', 30_000],
    ['Fri, 20 Nov 2026 09:00:00 GMT', 0],
    ['2026-11-20', undefined],
  ]
  for (const [header, want] of cases) t.equal(retryAfterMs(header, now), want, String(header))
})
