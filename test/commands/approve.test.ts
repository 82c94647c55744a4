import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { certify, keyFolder, makeKey } from '../helpers/ssh.js'
import { invitation, world } from '../helpers/world.js'

const keys = keyFolder()
t.teardown(() => rmSync(keys, { recursive: true }))
mkdirSync(join(keys, '.ssh'))
const own = makeKey(join(keys, '.ssh'), 'id_ed25519')
const other = makeKey(keys, 'other')
const HOME = { HOME: keys }

async function saved(t: Test) {
  const made = await world(t, 'users:\n  remove:\n    - email: bob@acme.example\n', [invitation(1, 'a@b.example')])
  t.equal((await made.call(['plan', '--out', 'plan.json'])).code, 0)
  return made
}

t.test('shows the plan, signs it with the key in ~/.ssh, and writes it beside the plan', async t => {
  const { call, folder } = await saved(t)
  const { code, stdout, stderr } = await call(['approve', 'plan.json', '--yes'], HOME)
  t.equal(code, 0, stderr)
  t.match(stdout, '- bimdata_user.bob@acme.example')
  t.match(stderr, `Approved with the key ${own.fingerprint}`)
  const [, name = ''] = /Wrote (\S+)\.\n/.exec(stderr) ?? []
  t.match(name, /^plan\.json\.[\w-]{43}\.sig$/)
  const { guestlist } = JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8'))
  t.ok(
    readFileSync(join(folder, name), 'utf8').endsWith(
      `-----END SSH SIGNATURE-----\nguestlist approval 1\ndigest ${guestlist.digest}\napi ${guestlist.api_url}\naccept 0\ndeny 0\nremove 1\n`,
    ),
  )
  t.equal((await call(['approve', 'plan.json', '--yes'], HOME)).code, 0, 'again: the same approval is replaced')
})

t.test('nothing else is replaced', async t => {
  const { call, folder } = await saved(t)
  t.equal((await call(['approve', 'plan.json', '--yes', '--key', other.path, '--out', 'other.sig'])).code, 0)
  writeFileSync(join(folder, 'notes.txt'), 'mine')
  for (const name of ['other.sig', 'notes.txt', 'plan.json']) {
    const before = readFileSync(join(folder, name), 'utf8')
    const { code, stderr } = await call(['approve', 'plan.json', '--yes', '--out', name], HOME)
    t.equal(code, 1)
    t.match(stderr, 'it was left as it is')
    t.equal(readFileSync(join(folder, name), 'utf8'), before)
  }
})

t.test('nothing is signed', async t => {
  const { call, folder, write } = await saved(t)
  certify(other, makeKey(keys, 'ca'), 'alice')
  for (const [name, args, env, says] of [
    ['without a terminal to ask on', ['plan.json'], HOME, 'no terminal to ask on'],
    ['without a key', ['plan.json', '--yes'], { HOME: folder }, 'There is no SSH key in'],
    ['with a key that is not there', ['plan.json', '--yes', '--key', 'nowhere'], HOME, 'There is no key nowhere'],
    ['with a certificate', ['plan.json', '--yes', '--key', `${other.path}-cert.pub`], HOME, 'is a certificate'],
    ['that is no plan', ['guestlist.yaml', '--yes'], HOME, 'not a plan'],
    ['to standard output', ['plan.json', '--yes', '--out', '-'], HOME, '--out takes a file'],
  ] as const) {
    const { code, stderr } = await call(['approve', ...args], env)
    t.equal(code, 1, name)
    t.match(stderr, says, name)
  }
  write('guestlist.yaml', 'apiVersion: guestlist/v1\n')
  t.equal((await call(['plan', '--out', 'nothing.json'])).code, 0)
  t.match((await call(['approve', 'nothing.json', '--yes'], HOME)).stderr, 'there is nothing to approve')
  t.notOk(existsSync(join(folder, 'nothing.json.sig')))
})
