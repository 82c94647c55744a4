import t from 'tap'
import { suggest } from '../../src/manifest/suggest.js'

const KEYS = ['id', 'email', 'cloud', 'project', 'cloudRole', 'projectRole', 'client', 'sender', 'reason', 'until']

const cases: Readonly<Record<string, string | null>> = {
  emial: 'email',
  Email: 'email',
  'e-mail': 'email',
  emails: 'email',
  ID: 'id',
  cloudrole: 'cloudRole',
  cloud_role: 'cloudRole',
  projetRole: 'projectRole',
  clouds: 'cloud',
  client_id: 'client',
  cloud_name: 'cloud',
  project_name: 'project',
  sender_provider_sub: 'sender',
  utnil: 'until',
  raeson: 'reason',
  colour: null,
  accept: null,
  '': null,
  constructor: null,
  [`email${'x'.repeat(100)}`]: null,
}
for (const [word, meant] of Object.entries(cases)) {
  t.test(`${word.slice(0, 40) || 'nothing'}: ${meant ?? 'no suggestion'}`, async t =>
    t.equal(suggest(word, KEYS), meant),
  )
}

t.test('only what can stand there is suggested', async t => {
  t.equal(suggest('client_id', ['accept', 'deny']), null)
  t.equal(suggest('email', []), null)
})
