import t from 'tap'
import { parseManifest } from '../../src/manifest/parse.js'
import { DEFAULT_GUARDS, type Manifest } from '../../src/model/manifest.js'
import fc from '../helpers/properties.js'

const HEAD = 'apiVersion: guestlist/v1\n'

/** The manifest of these texts, as files a.yaml, b.yaml and so on; its problems are thrown. */
function manifestOf(...texts: readonly string[]): Manifest {
  const result = parseManifest(texts.map((content, i) => ({ file: `${'abc'[i]}.yaml`, content })))
  if (!result.ok) throw new Error(result.problems.map(({ summary }) => summary).join('\n'))
  return result.manifest
}

const at = (line: number, column: number, file = 'a.yaml') => ({ file, line, column })

t.test('every key of the format, normalized', async t => {
  const manifest = manifestOf(`# yaml-language-server: $schema=schemas/manifest.schema.json
${HEAD}invitations:
  accept:
    - id: 56
    - email: " Alice@Acme.example "
      reason: hired 2026-11
    - email: "*@ACME.example"
      cloud: [Tower A, Tower B]
      project: "Facade*"
      cloudRole: user
      projectRole: guest
      client: 12
      sender: "auth0|5f7C*"
      until: 2026-12-31
      name: acme-guests
      owner: facility-team
      from: 2026-12-01
  deny:
    - cloud: Tower C
  unmatched: deny
users:
  remove:
    - email: " Bob@acme.example"
      reason: left
      from: 2026-11-01
  protect:
    - "*@IT.acme.example"
guards:
  maxAccepts: 200
  maxRemovals: 0
  maxCloudsLost: 0
  approvals: { removals: 2 }
keycloak:
  url: https://sso.acme.example
  realm: acme
  alias: bimdata
state:
  backend: http
  address: https://state.acme.example/guests
  lockMethod: POST
`)
  t.strictSame(manifest, {
    stateFile: null,
    rules: [
      {
        effect: 'accept',
        selector: { id: 56 },
        strength: 'id',
        at: at(5, 7),
        name: null,
        owner: null,
        reason: null,
        from: null,
        until: null,
      },
      {
        effect: 'accept',
        selector: { email: 'alice@acme.example' },
        strength: 'email',
        at: at(6, 7),
        name: null,
        owner: null,
        reason: 'hired 2026-11',
        from: null,
        until: null,
      },
      {
        effect: 'accept',
        selector: {
          email: '*@acme.example',
          cloud: ['Tower A', 'Tower B'],
          project: ['Facade*'],
          cloudRole: 'user',
          projectRole: 'guest',
          client: 12,
          sender: 'auth0|5f7C*',
        },
        strength: 'pattern',
        at: at(8, 7),
        name: 'acme-guests',
        owner: 'facility-team',
        reason: null,
        from: '2026-12-01',
        until: '2026-12-31',
      },
      {
        effect: 'deny',
        selector: { cloud: ['Tower C'] },
        strength: 'pattern',
        at: at(20, 7),
        name: null,
        owner: null,
        reason: null,
        from: null,
        until: null,
      },
    ],
    unmatched: 'deny',
    unmatchedAt: at(21, 14),
    removals: [
      { email: 'Bob@acme.example', key: 'bob@acme.example', at: at(24, 7), reason: 'left', from: '2026-11-01' },
    ],
    protect: [{ pattern: '*@it.acme.example', source: at(28, 7) }],
    guards: { maxAccepts: 200, maxDenials: null, maxRemovals: 0, maxCloudsLost: 0, approvals: { removals: 2 } },
    state: { backend: 'http', address: 'https://state.acme.example/guests', lockMethod: 'POST' },
    keycloak: { url: 'https://sso.acme.example', realm: 'acme', alias: 'bimdata', at: at(35, 3) },
  })
})

const DEFAULTS: Manifest = {
  rules: [],
  unmatched: 'ignore',
  unmatchedAt: null,
  removals: [],
  protect: [],
  guards: DEFAULT_GUARDS,
  state: { backend: 'local' },
  keycloak: null,
  stateFile: null,
}

const bare: Readonly<Record<string, string>> = {
  'the version alone': HEAD,
  'sections left empty': `${HEAD}invitations:\nusers:\nguards:\nstate:\nkeycloak:\n`,
  'lists left empty, as a commented-out starter leaves them': `${HEAD}invitations:\n  accept:\n    # - id: 56\n  deny: []\nusers:\n  remove: ~\n  protect:\n`,
  'a document marker before and after': `---\n${HEAD}...\n`,
  'a byte-order mark and CRLF': `\uFEFF${HEAD}`.replaceAll('\n', '\r\n'),
  'the %YAML line of this version': `%YAML 1.2\n---\n${HEAD}`,
  'JSON, which is YAML': '{"apiVersion": "guestlist/v1", "invitations": {"accept": []}}',
}
for (const [name, text] of Object.entries(bare)) {
  t.test(`defaults: ${name}`, async t => t.strictSame(manifestOf(text), DEFAULTS))
}

t.test('what wins is decided by the kind of selector', async t => {
  const cases = [
    ['id: 1', 'id'],
    ['{id: 1, email: a@acme.example}', 'id'],
    ['email: a@acme.example', 'email'],
    ['{email: a@acme.example, cloud: x}', 'email'],
    ['email: "?@acme.example"', 'pattern'],
    ['cloud: x', 'pattern'],
  ] as const
  for (const [rule, strength] of cases) {
    const { rules } = manifestOf(`${HEAD}invitations:\n  accept:\n    - ${rule}\n`)
    t.equal(rules[0]?.strength, strength, rule)
  }
})

t.test('files merge: lists append in order, an equal scalar may be repeated, places keep their file', async t => {
  const manifest = manifestOf(
    `${HEAD}invitations: {accept: [{id: 2}], unmatched: deny}\nguards: {maxAccepts: 1}\n`,
    `${HEAD}invitations: {accept: [{id: 1}], unmatched: deny}\nguards: {maxDenials: 2}\n`,
    `${HEAD}state: {path: x.json}\n`,
  )
  t.strictSame(
    manifest.rules.map(({ selector, at: { file } }) => [selector.id, file]),
    [
      [2, 'a.yaml'],
      [1, 'b.yaml'],
    ],
  )
  t.strictSame(manifest.unmatchedAt, at(2, 45))
  t.strictSame(manifest.guards, { ...DEFAULT_GUARDS, maxAccepts: 1, maxDenials: 2 })
  t.strictSame(manifest.state, { backend: 'local', path: 'x.json' })
})

t.test('where a rule stands, however it is written', async t => {
  const manifest = manifestOf(`${HEAD}invitations:
  accept:
    - &first
      id: 1
    -
      reason: a line below its dash
      id: 2
    - {id: 3}
  deny: [{id: 4}, {"cloud": 塔}, {cloud: Tower}]
`)
  t.strictSame(
    manifest.rules.map(rule => [rule.at.line, rule.at.column]),
    [
      [5, 7],
      [7, 7],
      [9, 7],
      [10, 10],
      [10, 19],
      [10, 33],
    ],
  )
})

t.test('aliases repeat values, and stand where they are written', async t => {
  const manifest = manifestOf(`${HEAD}invitations:
  accept:
    - {email: "*@acme.example", cloud: &clouds [Tower A, Tower B]}
    - {email: "*@build.example", cloud: *clouds}
  deny:
    - &rule {id: 7}
users:
  protect: [&admin root@acme.example, "*@it.acme.example"]
`)
  t.strictSame(manifest.rules[1]?.selector.cloud, ['Tower A', 'Tower B'])
  t.strictSame(manifest.rules[1]?.at, at(5, 7))
  t.equal(manifest.protect[0]?.pattern, 'root@acme.example')
})

t.test('two addresses that differ only in Unicode form are one', async t => {
  const result = parseManifest([
    {
      file: 'a.yaml',
      content: `${HEAD}users: {remove: [{email: "j\u00e9@acme.example"}, {email: "je\u0301@acme.example"}]}`,
    },
  ])
  t.match(result, { ok: false, problems: [{ code: 'duplicate-entry' }] })
})

t.test('whatever the bytes, problems have a place within the file', async t => {
  const pieces = [
    'apiVersion: guestlist/v1\n',
    'invitations:',
    'accept',
    '  - ',
    'id: ',
    '&a ',
    '*a',
    '[',
    ']',
    '{',
    '}',
  ]
  const more = [
    ',',
    ': ',
    '"',
    "'",
    '\n',
    '\r\n',
    '\t',
    '# ',
    '|\n',
    '---\n',
    '!',
    '%',
    '? ',
    '<<',
    'é',
    '😀',
    '\uFEFF',
    '\0',
  ]
  const text = fc.array(fc.constantFrom(...pieces, ...more), { maxLength: 40 }).map(parts => parts.join(''))
  const bytes = fc.uint8Array({ maxLength: 60 })
  const hasPlaces = fc.property(
    fc.oneof(
      text,
      text.map(content => `${HEAD}${content}`),
      bytes,
    ),
    content => {
      const result = parseManifest([{ file: 'a.yaml', content }])
      const size = typeof content === 'string' ? Buffer.byteLength(content) : Number.POSITIVE_INFINITY
      return (
        result.ok ||
        result.problems.every(
          ({ range, snippet }) =>
            range !== null &&
            snippet !== null &&
            range.start.column >= 1 &&
            range.end.byte <= size &&
            range.start.byte <= range.end.byte &&
            range.start.line === range.end.line,
        )
      )
    },
  )
  t.doesNotThrow(() => fc.assert(hasPlaces, { numRuns: 2000, seed: 1 }))
})

t.test('one relative state.path in two folders is two files, and a problem', async t => {
  const content = `${HEAD}state:\n  path: s.json\n`
  const parsed = (...files: string[]) => parseManifest(files.map(file => ({ file, content })))
  for (const files of [
    ['a/one.yaml', 'a/two.yaml'],
    ['./a/one.yaml', 'a/two.yaml'],
    ['<stdin>', 'two.yaml'],
  ])
    t.equal(parsed(...files).ok, true, files.join(' '))
  t.match(parsed('a/one.yaml', 'b/two.yaml'), {
    ok: false,
    problems: [
      {
        code: 'conflicting-scalar',
        range: { filename: 'b/two.yaml', start: { line: 3, column: 9 } },
        detail: /a\/one\.yaml:3:9/,
      },
    ],
  })
  const absolute = `${HEAD}state:\n  path: /srv/s.json\n`
  t.equal(parseManifest(['a/one.yaml', 'b/two.yaml'].map(file => ({ file, content: absolute }))).ok, true)
})
