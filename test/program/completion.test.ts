import { execFileSync, spawnSync } from 'node:child_process'
import t from 'tap'
import { optionsOf, wordsOf } from '../../src/cli/command.js'
import { flagName } from '../../src/cli/option.js'
import { bashScript } from '../../src/commands/shared/completion-bash.js'
import { completionWords } from '../../src/commands/shared/completion-words.js'
import { zshScript } from '../../src/commands/shared/completion-zsh.js'
import { CATALOG } from '../../src/program/catalog.js'
import { world } from '../helpers/world.js'

const words = completionWords(CATALOG)

const has = (shell: string): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0

/** What bash would offer for the last word. */
function offered(folder: string, line: readonly string[]): string[] {
  const quoted = line.map(word => `'${word}'`).join(' ')
  const script = `${bashScript(words)}\nCOMP_WORDS=(${quoted}); COMP_CWORD=${line.length - 1}; _guestlist 2>/dev/null; printf '%s\\n' "\${COMPREPLY[@]}"`
  return execFileSync('bash', ['--norc', '-c', script], { cwd: folder, encoding: 'utf8' }).split('\n').filter(Boolean)
}

t.test('bash', async t => {
  if (!has('bash')) return t.comment('there is no bash here')
  const folder = t.testdir({ 'plan.json': '' })
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
      ['bash', 'zsh'],
    ],
    [['show', 'pl'], ['plan.json']],
    [['plan', '--timeout', ''], []],
    [['nonsense', ''], []],
  ] as const) {
    t.same(offered(folder, ['guestlist', ...line]), expected, line.join(' '))
  }
})

t.test('zsh', async t => {
  const script = zshScript(words)
  t.match(script, /^#compdef guestlist\n/)
  if (!has('zsh')) return t.comment('there is no zsh here to parse it')
  t.equal(spawnSync('zsh', ['-n'], { input: script }).status, 0, 'zsh -n')
})

t.test('both know every command and every flag', async t => {
  for (const script of [bashScript(words), zshScript(words)]) {
    for (const command of CATALOG.commands) {
      t.match(script, wordsOf(command).at(-1) ?? '')
      for (const key of Object.keys(optionsOf(command))) t.match(script, `--${flagName(key)}`)
    }
  }
})

t.test('the shell is the one that is named, else the one in use', async t => {
  const { call } = await world(t, null, [])
  t.match((await call(['completion', 'zsh'], { SHELL: '/bin/bash' })).stdout, '#compdef')
  t.match((await call(['completion'], { SHELL: '/usr/bin/bash' })).stdout, 'complete -F _guestlist guestlist')
  t.equal((await call(['completion'], { SHELL: '' })).code, 1)
})
