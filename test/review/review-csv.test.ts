import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Invitation } from '../../src/model/invitation.js'
import { escapeTerminal } from '../../src/render/escape/terminal.js'
import { reviewCsv } from '../../src/review/review-data.js'
import fc from '../helpers/properties.js'
import { commandsIn } from '../render/fixtures/inert.js'
import { HOSTILE } from '../render/fixtures/plan.js'
import { accepted, accessOf, MANIFEST } from './fixtures/review.js'

const csvOf = (yaml: string, ...invitations: readonly Invitation[]): string =>
  [...reviewCsv(accessOf({ yaml, invitations }))].join('')

t.test('a header, and a line for each row, as RFC 4180 has it', async t => {
  const csv = csvOf(
    MANIFEST,
    accepted(1, 'alice@acme.example', { cloud_name: 'Tower "A", east', project_name: 'Façade', project_role: 25 }),
    accepted(2, 'who@else.example'),
  )
  t.equal(
    csv,
    [
      'email,cloud,cloud_role,project,project_role,status,rule,name,owner,reason,ends,findings',
      'alice@acme.example,"Tower ""A"", east",user,Façade,guest,accepted,guestlist.yaml:5:7,acme,facility-team,our own people,,',
      'who@else.example,Tower A,user,,,accepted,,,,,,unexplained',
      '',
    ].join('\r\n'),
  )
})

const FORMULAS: readonly string[] = [
  '=1+1',
  '+1',
  '-1+1',
  '@SUM(1)',
  '\t=1+1',
  '\r=1+1',
  '\n=1+1',
  ' =1+1',
  '\u00a0=1+1',
  '\u200b=1+1',
  '\uff1d1+1',
  '=HYPERLINK("https://evil.example","x")',
  "=cmd|'/C calc'!A0",
  '%A1',
]

/** RFC 4180, read back. */
function cellsOf(csv: string): readonly (readonly string[])[] {
  const rows: string[][] = [[]]
  for (const [, quoted, plain, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)?.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'))
    if (end === '\r\n') rows.push([])
  }
  return rows.slice(0, -1)
}

t.test('cells that a spreadsheet would run are text', async t => {
  const csv = csvOf('', ...FORMULAS.map((cloud_name, id) => accepted(id, 'a@b.example', { cloud_name })))
  const found = new Map(cellsOf(csv).map(cells => [cells[1], cells.length]))
  for (const text of FORMULAS) t.equal(found.get(`'${text}`), 12, JSON.stringify(text))
})

t.test('any text comes back as it was, but for apostrophes', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), cloud_name => {
      const [, cells] = cellsOf(csvOf('', accepted(1, 'a@b.example', { cloud_name })))
      const plain = (text: string | undefined) => text?.replaceAll('\0', '\ufffd').replaceAll("'", '')
      return plain(cells?.[1]) === plain(cloud_name)
    }),
  )
})

const office = ['soffice', 'libreoffice'].find(name => spawnSync('which', [name]).status === 0)

t.test('LibreOffice opens it, and hostile cells are text', async t => {
  if (office === undefined) {
    process.stderr.write('There is no LibreOffice: the check of the CSV in a spreadsheet was NOT RUN.\n')
    return
  }
  const names = [...FORMULAS, ...Object.values(HOSTILE)].map(text => text.replaceAll(/[\r\n]/g, ' ').slice(0, 200))
  const rows = names.map((cloud_name, id) => accepted(id, `a${String(id).padStart(3, '0')}@b.example`, { cloud_name }))
  const folder = t.testdir({ 'review.csv': csvOf('', ...rows) })
  // Field separator, quotes, UTF-8, from line 1; the tenth token has formulas evaluated: the least friendly setting.
  const filter = '--infilter=CSV:44,34,76,1,,0,false,true,false,false,false,-1,true'
  const profile = `-env:UserInstallation=file://${join(folder, 'profile')}`
  const args = [profile, '--headless', filter, '--convert-to', 'fods', '--outdir', folder, join(folder, 'review.csv')]
  const ran = spawnSync(office, args, { timeout: 120_000 })
  t.equal(ran.status, 0, String(ran.stderr))
  const sheet = readFileSync(join(folder, 'review.fods'), 'utf8')
  t.notMatch(sheet, /table:formula=/, 'nothing became a formula')
  t.match(sheet, 'a000@b.example')
})

t.test('on a terminal what could act on it is made visible; in a file every character stays', async t => {
  const invitation = accepted(1, 'a@b.example', { cloud_name: 'A\u001b[2Jred\u202e\nB', project_name: '=\u00071' })
  const rows = accessOf({ yaml: '', invitations: [invitation] })
  const line = (csv: Iterable<string>) => [...csv].join('').split('\r\n')[1]
  t.equal(
    line(reviewCsv(rows, escapeTerminal)),
    "a@b.example,A\\u{1b}[2Jred\\u{202e}\\u{a}B,user,'=\\u{7}1,,accepted,,,,,,unexplained",
  )
  t.equal(line(reviewCsv(rows)), 'a@b.example,"A\u001b[2Jred\u202e\nB",user,\'=\u00071,,accepted,,,,,,unexplained')
})

t.test('nothing in it is a command to a CI runner', async t => {
  const names = [
    '::error::x',
    ' ::stop-commands::x',
    'a\n::error::x',
    'a\r\n  ::error::x',
    '##vso[task.setvariable]x',
    'a ##[error]x',
  ]
  const csv = csvOf('', ...names.map((cloud_name, id) => accepted(id, '::add-mask::@b.example', { cloud_name })))
  t.same(commandsIn(csv), [])
  t.match(csv, "'::add-mask::@b.example,")
})
