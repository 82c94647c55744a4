import t from 'tap'
import { contradiction, duplicateId } from '../../src/reconcile/live-problems.js'
import { accept, removal } from './fixtures/build.js'

t.test('a contradiction names both places', async t => {
  t.match(contradiction(56, accept({ id: 56 }, 4), removal('Bob@acme.example', 20)), {
    code: 'live-contradiction',
    severity: 'error',
    summary: /invitation 56 of Bob@acme\.example.*guestlist\.yaml:20:7/,
    detail: /guestlist\.yaml:4:7.*guestlist\.yaml:20:7/,
    range: { filename: 'guestlist.yaml', start: { line: 4, column: 7 } },
    file: 'guestlist.yaml',
  })
})

t.test('an id that is listed twice is the API at fault', async t => {
  t.match(duplicateId('https://api.example', 56), {
    code: 'inconsistent-answer',
    severity: 'error',
    summary: /56/,
    detail: /nothing is done/,
    range: null,
    file: 'https://api.example',
  })
})
