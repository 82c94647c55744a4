import t from 'tap'
import type { Fault } from '../../src/sandbox/faults.js'
import { parseFault } from '../../src/sandbox/parse-fault.js'

const GOOD: readonly (readonly [string, Fault])[] = [
  [
    'accept:429:nth=2:retry-after=1',
    { operation: 'accept', kind: 'status', status: 429, after: false, nth: [2], retryAfter: 1 },
  ],
  ['remove:cut-after:p=0.1:seed=7', { operation: 'remove', kind: 'cut', after: true, p: 0.1, seed: 7 }],
  ['*:latency:ms=200', { operation: '*', kind: 'latency', ms: 200 }],
  ['list:stale:nth=1', { operation: 'list', kind: 'stale', changes: 1, nth: [1] }],
  ['get:stale:reads=3', { operation: 'get', kind: 'stale', reads: 3 }],
  ['get:stale:changes=2', { operation: 'get', kind: 'stale', changes: 2 }],
  ['members:500:target=9', { operation: 'members', kind: 'status', status: 500, after: false, target: '9' }],
  ['deny:cut-before', { operation: 'deny', kind: 'cut', after: false }],
  ['deny:503-after', { operation: 'deny', kind: 'status', status: 503, after: true }],
  ['list:expired:nth=1', { operation: 'list', kind: 'status', status: 401, after: false, nth: [1] }],
  ['list:hang', { operation: 'list', kind: 'hang', after: false }],
  ['accept:hang-after', { operation: 'accept', kind: 'hang', after: true }],
  ['list:html:status=502', { operation: 'list', kind: 'html', after: false, status: 502 }],
  ['list:truncated:p=1', { operation: 'list', kind: 'truncated', p: 1 }],
  [
    'list:500:nth=1,3-4,9-',
    { operation: 'list', kind: 'status', status: 500, after: false, nth: [1, { from: 3, to: 4 }, { from: 9 }] },
  ],
  [
    'list:503:retry-after=Wed, 21 Oct 2026 07:28:00 GMT:nth=1',
    {
      operation: 'list',
      kind: 'status',
      status: 503,
      after: false,
      nth: [1],
      retryAfter: 'Wed, 21 Oct 2026 07:28:00 GMT',
    },
  ],
  [
    'list:429:retry-after-in=2',
    { operation: 'list', kind: 'status', status: 429, after: false, retryAfter: { dateIn: 2 } },
  ],
  ['list:429:retry-after=none', { operation: 'list', kind: 'status', status: 429, after: false, retryAfter: null }],
  [
    'list:302:location=http://127.0.0.1:9/x',
    { operation: 'list', kind: 'status', status: 302, after: false, headers: { location: 'http://127.0.0.1:9/x' } },
  ],
]

for (const [text, fault] of GOOD) {
  t.test(text, async t => {
    // Members that are undefined do not count.
    t.same(JSON.parse(JSON.stringify(parseFault(text))), fault)
  })
}

const BAD: readonly (readonly [string, string])[] = [
  ['', 'there is no operation ""'],
  ['accept', 'there is no kind ""'],
  ['acept:429', 'there is no operation "acept"'],
  ['accept:explode', 'there is no kind "explode"'],
  ['accept:expired-after', 'there is no kind "expired-after"'],
  ['accept:42', '42 is no status from 200 to 599'],
  ['accept:600', '600 is no status from 200 to 599'],
  ['accept:100', '100 is no status from 200 to 599'],
  ['accept:500:2', '"2" is no KEY=VALUE'],
  ['accept:500:nth=', '"nth=" is no KEY=VALUE'],
  ['accept:500:nth=0', 'nth counts from 1'],
  ['accept:500:nth=-1', 'nth must be a whole number, not "-1"'],
  ['accept:500:nth=4-2', 'nth=4-2 has no calls in it'],
  ['accept:500:nth=two', 'nth must be a whole number, not "two"'],
  ['accept:500:nth=1:nth=2', 'nth appears twice'],
  ['accept:500:p=2', 'p must be a number from 0 to 1, not "2"'],
  ['accept:500:p=NaN', 'p must be a number from 0 to 1, not "NaN"'],
  ['accept:500:seed=x', 'seed must be a whole number, not "x"'],
  ['accept:500:ms=5', '500 takes no ms'],
  ['accept:cut-after:retry-after=1', 'cut-after takes no retry-after'],
  ['accept:429:retry-after=a\nb', 'retry-after must be printable ASCII'],
  ['*:latency', 'latency needs ms=MILLISECONDS'],
  ['*:latency:ms=1.5', 'ms must be a whole number, not "1.5"'],
  ['list:stale:reads=1:changes=1', 'stale takes changes or reads, not both'],
]

for (const [text, message] of BAD) {
  t.test(`${JSON.stringify(text)}: ${message}`, async t => {
    const parsed = parseFault(text)
    const error = 'error' in parsed ? parsed.error : ''
    t.ok(error.startsWith(`"${text}" is not a fault: ${message}.\n`), error)
    t.match(error, /OPERATION:KIND[\s\S]*For example:\s+accept:429/)
  })
}
