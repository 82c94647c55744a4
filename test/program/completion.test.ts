import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { optionsOf, wordsOf } from '../../src/cli/command.js'
import { flagName } from '../../src/cli/option.js'
import { bashScript } from '../../src/commands/completion/completion-bash.js'
import { fishScript } from '../../src/commands/completion/completion-fish.js'
import { completionWords } from '../../src/commands/completion/completion-words.js'
import { zshScript } from '../../src/commands/completion/completion-zsh.js'
import { CATALOG } from '../../src/program/catalog.js'
import { world } from '../helpers/world.js'

const words = await completionWords(CATALOG)

/** Addresses to complete: a wildcard is none. */
const ADDRESSED = {
  'guestlist.yaml': '- email: oscar.blanc@acme.example\n- email: "*@wild.example"\n',
  'guestlist.state.json': '{"removals":{"yusuf@studio.example":{}}}',
}

const DRIVER = fileURLToPath(new URL('fixtures/complete.zsh', import.meta.url))

const has = (shell: string): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0

/** What bash would offer for the last word. */
function offered(folder: string, line: readonly string[]): string[] {
  const quoted = line.map(word => `'${word}'`).join(' ')
  const script = `${bashScript(words)}\nCOMP_WORDS=(${quoted}); COMP_CWORD=${line.length - 1}; COMP_LINE='${line.join(' ')}'; COMP_POINT=\${#COMP_LINE}; _guestlist 2>/dev/null; printf '%s\\n' "\${COMPREPLY[@]}"`
  return execFileSync('bash', ['--norc', '-c', script], { cwd: folder, encoding: 'utf8' }).split('\n').filter(Boolean)
}

t.test('bash', async t => {
  if (!has('bash')) return t.comment('there is no bash here')
  const folder = t.testdir({ 'plan.json': '', ...ADDRESSED })
  t.equal(spawnSync('bash', ['-n'], { input: bashScript(words) }).status, 0, 'bash -n')
  for (const [line, expected] of [
    [['pl'], ['plan']],
    [['plan', '--det'], ['--detailed-exitcode']],
    [['-f', 'x.yaml', 'plan', '--max-rem'], ['--max-removals']],
    [
      ['state', ''],
      ['list', 'rm', 'unlock', '--help'],
    ],
    [
      ['state', 'rm', '--lo'],
      ['--lock-timeout', '--log-level'],
    ],
    [['plan', '--format', 'm'], ['markdown']],
    [['plan', '--format', '=', 'm'], ['markdown']],
    [
      ['plan', '--format', '='],
      ['text', 'json', 'markdown', 'diff', 'html'],
    ],
    [['export', '--status', 'd'], ['denied']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['show', 'pl'], ['plan.json']],
    [['state', 'rm', 'osc'], ['oscar.blanc@acme.example']],
    [['explain', 'y'], ['yusuf@studio.example']],
    [['plan', '--target', 'bimdata_user.o'], ['bimdata_user.oscar.blanc@acme.example']],
    [['plan', '--timeout', ''], []],
    [['nonsense', ''], []],
  ] as const) {
    t.same(offered(folder, ['guestlist', ...line]), expected, line.join(' '))
  }
})

t.test('zsh', async t => {
  const script = zshScript(words)
  t.match(script, /^#compdef guestlist\n/)
  if (!isThere(t, 'zsh')) return
  t.equal(spawnSync('zsh', ['-n'], { input: script }).status, 0, 'zsh -n')
  const folder = t.testdir({ 'plan.json': '', _guestlist: script, ...ADDRESSED })
  for (const [line, expected] of OFFERED) t.same(inZsh(folder, `guestlist ${line}`), expected, line)
})

function inZsh(folder: string, line: string): string[] {
  const text = execFileSync('zsh', ['-f', DRIVER, line], { cwd: folder, encoding: 'utf8', timeout: 60_000 })
  return [...new Set([...text.matchAll(/HIT:(\S+)/g)].map(([, word = '']) => word))].sort()
}

t.test('fish', async t => {
  if (!isThere(t, 'fish')) return
  const folder = t.testdir({ 'plan.json': '', 'guestlist.fish': fishScript(words), ...ADDRESSED })
  const fish = (line: string) =>
    execFileSync('fish', ['--no-config', '-c', `source guestlist.fish; complete --do-complete '${line}'`], {
      cwd: folder,
      encoding: 'utf8',
    })
  for (const [line, expected] of [...OFFERED, ['-f x.yaml plan --max-rem', ['--max-removals']] as const]) {
    const found = fish(`guestlist ${line}`).split('\n').filter(Boolean)
    t.same(found.map(entry => entry.split('\t')[0]).sort(), expected, line)
  }
})

/** Commands, their members, flags, choices, files and addresses: what is typed, and what is offered. */
const OFFERED: readonly (readonly [string, readonly string[]])[] = [
  ['pl', ['plan']],
  ['state ', ['list', 'rm', 'unlock']],
  ['plan --det', ['--detailed-exitcode']],
  ['plan --format m', ['markdown']],
  ['export --status d', ['denied']],
  ['completion ', ['bash', 'fish', 'zsh']],
  ['show pl', ['plan.json']],
  ['state rm osc', ['oscar.blanc@acme.example']],
  ['explain y', ['yusuf@studio.example']],
  ['plan --target bimdata_user.o', ['bimdata_user.oscar.blanc@acme.example']],
]

function isThere(t: Test, shell: string): boolean {
  if (has(shell)) return true
  const message = `left out: ${shell} is not on this machine`
  if (process.env.TESTS_REQUIRE_SHELLS === '1') t.fail(message)
  else t.comment(message)
  return false
}

t.test('all know every command and every flag', async t => {
  for (const script of [bashScript(words), zshScript(words), fishScript(words)]) {
    for (const command of CATALOG.commands) {
      t.match(script, wordsOf(command).at(-1) ?? '')
      for (const key of Object.keys(optionsOf(command)))
        t.match(script, new RegExp(`(--|--long-option )${flagName(key)}\\b`))
    }
  }
})

t.test('the shell is the one that is named, else the one in use', async t => {
  const { call } = await world(t, null, [])
  t.match((await call(['completion', 'zsh'], { SHELL: '/bin/bash' })).stdout, '#compdef')
  t.match((await call(['completion'], { SHELL: '/usr/bin/bash' })).stdout, 'complete -F _guestlist guestlist')
  t.equal((await call(['completion'], { SHELL: '' })).code, 1)
})
