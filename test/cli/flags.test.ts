import t from 'tap'
import { optionsOf } from '../../src/cli/command.js'
import { readFlags } from '../../src/cli/flags.js'
import { flagName, type OptionKind, variableName } from '../../src/cli/option.js'
import { CATALOG } from '../../src/program/catalog.js'

const PLAIN = { options: {}, formats: ['text', 'json'] } as const

/** What a flag of each kind takes, what it then is, and what it refuses. */
function samples(option: OptionKind): { good: [string, unknown][]; bad: string[] } {
  switch (option.kind) {
    case 'switch':
      return {
        good: [
          ['true', true],
          ['1', true],
          ['false', false],
          ['0', false],
        ],
        bad: ['yes', 'no', 'TRUE', 'on', ' ', '2'],
      }
    case 'text':
      return { good: [['some text', 'some text']], bad: [' '] }
    case 'list':
      return { good: [['one', ['one']]], bad: [] }
    case 'choice':
      return {
        good: option.choices.flatMap(choice => [
          [choice, choice],
          ...(option.anyCase ? [[choice.toUpperCase(), choice] as [string, string]] : []),
        ]),
        bad: [
          'nothing-of-it',
          ...(option.anyCase
            ? []
            : option.choices.map(choice => choice.toUpperCase()).filter(word => !option.choices.includes(word))),
        ],
      }
    case 'integer':
      return { good: [[`${option.min}`, option.min]], bad: ['-1', '1.5', '1e3', 'many', `${2 ** 60}`] }
    case 'days':
      return {
        good: [
          ['30', 30],
          ['30d', 30],
          ['0d', 0],
        ],
        bad: ['-1', '1.5', '30h', 'soon', 'd', '999999'],
      }
    case 'rate':
      return {
        good: [
          ['2.5', 2.5],
          ['20/s', 20],
        ],
        bad: ['0', '0/s', '-1', 'x', 'Infinity', '20/m', '/s'],
      }
    case 'duration':
      return {
        good: [
          ['30', 30_000],
          ['500ms', 500],
          ['2m', 120_000],
          ['1.5s', 1500],
        ],
        bad: ['soon', '-1', '1d', '9999h', ...(option.positive ? ['0', '0ms'] : [])],
      }
    case 'timestamp':
      return {
        good: [['2026-12-31T10:00:00Z', new Date('2026-12-31T10:00:00Z')]],
        bad: ['2026-02-30', 'today', '2026-13-01'],
      }
    default:
      return option satisfies never
  }
}

/** What a flag is by its variable alone. */
function fromEnvironment(key: string, value: unknown): unknown {
  // Protection from the environment is added where the plan is made, so that it says who holds it.
  if (key === 'protect') return []
  return value
}

t.test('every flag of every command has a variable of its name, and both are read by the same rules', async t => {
  for (const command of CATALOG.commands) {
    const name = command.usage
    for (const [key, option] of Object.entries(optionsOf(command))) {
      if (key === 'format' || key === 'json') continue
      const variable = variableName(key)
      t.equal(variable, `GUESTLIST_${flagName(key).toUpperCase().replaceAll('-', '_')}`)
      const read = (given: object, env: object) =>
        new Map<string, unknown>(Object.entries(readFlags(command, { ...given }, { ...env }))).get(key)
      const { good, bad } = samples(option)
      for (const [text, value] of good) {
        t.same(read({ [flagName(key)]: text }, {}), value, `${name} --${flagName(key)} ${text}`)
        t.same(read({}, { [variable]: text }), fromEnvironment(key, value), `${name} ${variable}=${text}`)
      }
      for (const text of bad) {
        const says = (source: string) => ({ name: 'GuestlistError', message: source })
        t.throws(
          () => read({ [flagName(key)]: text }, {}),
          says(`--${flagName(key)}`),
          `${name} --${flagName(key)} ${text}`,
        )
        t.throws(() => read({}, { [variable]: text }), says(variable), `${name} ${variable}=${text}`)
      }
    }
  }
})

t.test('the command line goes before the variable, the variable before its older name', async t => {
  const env = { GUESTLIST_API_URL: 'https://own.example', BIMDATA_API_URL: 'https://shared.example' }
  t.equal(readFlags(PLAIN, { 'api-url': 'https://line.example' }, env).apiUrl, 'https://line.example')
  t.equal(readFlags(PLAIN, {}, env).apiUrl, 'https://own.example')
  t.equal(readFlags(PLAIN, {}, { ...env, GUESTLIST_API_URL: '' }).apiUrl, 'https://shared.example')
  t.equal(readFlags(PLAIN, {}, { GUESTLIST_LOG: 'debug' }).logLevel, 'debug')
  t.same(readFlags(PLAIN, {}, { GUESTLIST_FILE: 'a.yaml, b/' }).file, ['a.yaml', 'b/'], 'a list has commas')
})
