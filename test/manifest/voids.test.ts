import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parseManifest } from '../../src/manifest/parse.js'
import { type Invitation, invitationOf } from '../../src/model/invitation.js'
import type { Manifest, Protection } from '../../src/model/manifest.js'
import type { Plan } from '../../src/model/plan.js'
import { main } from '../../src/program/program.js'
import { reconcile } from '../../src/reconcile/reconcile.js'
import { testIo } from '../helpers/command.js'
import fc from '../helpers/properties.js'

/*
 * Nothing is silently void: an entry of an address list, however it is malformed, is an error, or it does for every person
 * whom its author can have meant what its list is for.
 */

const ANN = 'ann@acme.example'
const BEN = 'ben@other.example'
const PEOPLE = [ANN, BEN]

/** Malformed entries; each means everybody of PEOPLE whose name is in it. */
const MALFORMED: readonly string[] = [
  `${ANN} ${BEN}`,
  `${ANN}  ${BEN}`,
  `${ANN}\n${BEN}`,
  `${ANN}\n${BEN}\n`,
  `${ANN}\r\n${BEN}`,
  `${ANN}\t${BEN}`,
  `${ANN}\u00a0${BEN}`,
  `${ANN}\u2028${BEN}`,
  `${ANN}\u3000${BEN}`,
  `${ANN},${BEN}`,
  `${ANN}, ${BEN}`,
  `${ANN};${BEN}`,
  `${ANN}; ${BEN}`,
  `${ANN}，${BEN}`,
  `${ANN}；${BEN}`,
  `${ANN}、${BEN}`,
  `${ANN}|${BEN}`,
  `${ANN}/${BEN}`,
  `${ANN}:${BEN}`,
  `${ANN}&${BEN}`,
  `${ANN}+${BEN}`,
  `${ANN} and ${BEN}`,
  `["${ANN}", "${BEN}"]`,
  `["${ANN}"]`,
  `[${ANN}]`,
  `[${ANN}, ${BEN}]`,
  `{"email": "${ANN}"}`,
  `- ${ANN}`,
  `- ${ANN}\n- ${BEN}`,
  `email: ${ANN}`,
  `"${ANN}"`,
  `'${ANN}'`,
  `'${ANN}`,
  `${ANN}'`,
  `\`${ANN}\``,
  `“${ANN}”`,
  `„${ANN}“`,
  `«${ANN}»`,
  `‘${ANN}’`,
  `Ann <${ANN}>`,
  `<${ANN}>`,
  `＜${ANN}＞`,
  `"Ann" <${ANN}>`,
  `${ANN} (Ann)`,
  `${ANN}(Ann)`,
  `(${ANN})`,
  `mailto:${ANN}`,
  `MAILTO:${ANN}`,
  `smtp:${ANN}`,
  `mailto:${ANN}?subject=x`,
  `\u200b${ANN}`,
  `${ANN}\u200b`,
  'ann\u200b@acme.example',
  'ann@acme\u00ad.example',
  `${ANN}\u00ad`,
  `\ufeff${ANN}`,
  `${ANN}\ufeff`,
  'ann\ufeff@acme.example',
  `\u202a${ANN}\u202c`,
  `\u2066${ANN}\u2069`,
  `${ANN}\u0000`,
  `${ANN}\u0007`,
  `\u001b[1m${ANN}`,
  `${ANN}\ufe0f`,
  `${ANN}\u2800`,
  `${ANN}\u3164`,
  `${ANN}\u034f`,
  ` ${ANN} `,
  `\t${ANN}`,
  `${ANN}\n`,
  `${ANN},`,
  `,${ANN}`,
  `${ANN};`,
  `${ANN}.`,
  `${ANN}..`,
  'ann@acme..example',
  'ann@.acme.example',
  'ann@@acme.example',
  'ann@',
  '@acme.example',
  'ann',
  'acme.example',
  'ann.acme.example',
  'ann at acme.example',
  'ann(at)acme.example',
  'ann%40acme.example',
  'ann＠acme.example',
  'ann@acme。example',
  'ann@acme．example',
  'ann@ａcme.example',
  'ann@acme,example',
  'ann@acme example',
  'ann @acme.example',
  'ann@ acme.example',
  'ann\\@acme.example',
  `${ANN}\\n${BEN}`,
  `${ANN}#x`,
  `${ANN} # our administrator`,
  'ANN@ACME.EXAMPLE',
  'Ann@Acme.Example',
  'acme',
  '@',
  '',
  ' ',
  ',',
  ' , ',
  ';',
  '\n',
  '""',
  'null',
]

/** Whom an entry means, if any name is in it; with no name but a domain or nothing at all, everybody: it must be an error then. */
const meant = (text: string): readonly string[] => {
  const found = PEOPLE.filter(person => text.toLowerCase().includes(person.slice(0, 3)))
  return found.length === 0 ? PEOPLE : found
}

const live = (status: string): Invitation[] =>
  PEOPLE.map((email, index) =>
    invitationOf({
      id: index + 1,
      email,
      status,
      cloud_name: 'Tower A',
      cloud_role: 50,
      project_name: null,
      project_role: null,
      client_id: null,
      sender_provider_sub: null,
    }),
  )

function planOf(manifest: Manifest, status: string, protect: readonly Protection[] = []): Plan {
  const input = { manifest, records: new Map(), now: new Date('2026-11-24T09:00:00Z'), apiUrl: 'https://api.example' }
  return reconcile({ ...input, options: { protect } }, live(status))
}

const HEAD = 'apiVersion: guestlist/v1\n'
const REMOVE_ALL = `  remove:\n${PEOPLE.map(email => `    - email: ${email}\n`).join('')}`

/** Each list of the manifest: its text with one entry, and whom the plan shows that it is in force for. */
const LISTS = {
  accept: {
    text: (entry: string) => `${HEAD}invitations:\n  accept:\n    - email: ${entry}\n`,
    status: 'P',
    reached: ({ actions }: Plan) => actions.filter(({ action }) => action === 'accept').map(emailOf),
  },
  deny: {
    text: (entry: string) => `${HEAD}invitations:\n  deny:\n    - email: ${entry}\n`,
    status: 'P',
    reached: ({ actions }: Plan) => actions.filter(({ action }) => action === 'deny').map(emailOf),
  },
  remove: {
    text: (entry: string) => `${HEAD}users:\n  remove:\n    - email: ${entry}\n`,
    status: 'A',
    reached: ({ actions }: Plan) =>
      actions.flatMap(({ action, before }) =>
        // The address is sent as it is written: it must be the person's, but for its case.
        action === 'remove' && 'accepted_invitations' in before && before.accepted_invitations.length > 0
          ? [before.email.toLowerCase()]
          : [],
      ),
  },
  protect: {
    text: (entry: string) => `${HEAD}users:\n${REMOVE_ALL}  protect:\n    - ${entry}\n`,
    status: 'A',
    reached: ({ refused }: Plan) => refused.flatMap(refusal => (refusal.kind === 'protected' ? [refusal.email] : [])),
  },
} as const

const emailOf = ({ before }: Plan['actions'][number]): string => before.email

type Outcome = 'error' | 'works' | 'void'

const judge = (text: string, reached: readonly string[]): Outcome =>
  meant(text).every(person => reached.includes(person)) ? 'works' : 'void'

function inManifest(list: keyof typeof LISTS, text: string, written: string): Outcome {
  const { text: manifestText, status, reached } = LISTS[list]
  const parsed = parseManifest([{ file: 'guestlist.yaml', content: manifestText(written) }])
  if (!parsed.ok) {
    const placed = parsed.problems.every(({ severity, range }) => severity === 'warning' || range !== null)
    return placed && parsed.problems.some(({ severity }) => severity === 'error') ? 'error' : 'void'
  }
  return judge(text, reached(planOf(parsed.manifest, status)))
}

/** As its author may have written it: quoted as JSON does, or as it is, whatever YAML makes of it. */
const writings = (text: string): readonly string[] => [
  JSON.stringify(text),
  ...(/[\n\r]/.test(text) ? [] : [text]),
  ...(text.includes('\n')
    ? [`|\n        ${text.replaceAll('\n', '\n        ')}\n`, text.replaceAll('\n', '\n      ')]
    : []),
]

for (const list of ['accept', 'deny', 'remove', 'protect'] as const) {
  t.test(`issue 12.1: a malformed entry of ${list} is an error, or works`, async t => {
    const voids = MALFORMED.flatMap(text =>
      writings(text).filter(written => inManifest(list, text, written) === 'void'),
    )
    t.strictSame(voids, [])
  })
}

t.test('the table is long enough, and both outcomes are in it', async t => {
  t.ok(new Set(MALFORMED).size >= 60)
  const outcomes = new Set(MALFORMED.map(text => inManifest('protect', text, JSON.stringify(text))))
  t.strictSame([...outcomes].sort(), ['error', 'works'])
})

const SNAPSHOT = JSON.stringify({
  version: 1,
  api_url: 'https://api.bimdata.io',
  taken_at: '2026-11-24T09:00:00.000Z',
  removals: {},
  invitations: live('A').map(({ id, email }) => ({
    id,
    email,
    status: 'A',
    cloud_name: 'Tower A',
    cloud_role: 50,
    project_name: null,
    project_role: null,
    client_id: null,
    sender_provider_sub: null,
  })),
})

/** The lists outside the manifest, given on the command line or in the environment. */
const OUTSIDE = {
  '--protect': { args: (text: string) => [`--protect=${text}`], env: () => ({}) },
  GUESTLIST_PROTECT: { args: () => [], env: (text: string) => ({ GUESTLIST_PROTECT: text }) },
  '--target': { args: (text: string) => [`--target=bimdata_user.${text}`], env: () => ({}) },
  GUESTLIST_TARGET: { args: () => [], env: (text: string) => ({ GUESTLIST_TARGET: `bimdata_user.${text}` }) },
} as const

function folderOf(t: Test): string {
  const folder = t.testdir({})
  writeFileSync(join(folder, 'guestlist.yaml'), `${HEAD}users:\n${REMOVE_ALL}`)
  writeFileSync(join(folder, 'snapshot.json'), SNAPSHOT)
  return folder
}

async function outside(source: keyof typeof OUTSIDE, text: string, cwd: string): Promise<Outcome> {
  const io = testIo({ ...OUTSIDE[source].env(text) })
  const args = ['plan', '--from', 'snapshot.json', '--json', ...OUTSIDE[source].args(text)]
  const code = await main(args, { ...io, cwd })
  if (code === 1 && io.stdout.join('') === '') {
    return io.stderr.join('').includes(source) ? 'error' : 'void'
  }
  const { actions, refused } = JSON.parse(io.stdout.join('')).guestlist
  const reached: readonly { address: string }[] = source.toLowerCase().includes('protect') ? refused : actions
  const people = reached.map(({ address }) => address.replace('bimdata_user.', ''))
  // A target that is split narrows to what each part names; one that narrowed nothing would remove everybody.
  const isNarrow = !source.toLowerCase().includes('target') || people.every(person => meant(text).includes(person))
  return isNarrow ? judge(text, people) : 'void'
}

for (const source of Object.keys(OUTSIDE) as (keyof typeof OUTSIDE)[]) {
  t.test(`issue 12.1, 12.2: a malformed entry of ${source} is an error that names it, or works`, async t => {
    const cwd = folderOf(t)
    const voids: string[] = []
    for (const text of MALFORMED) {
      // A variable that is empty is one that is not set.
      if (text === '' && source === 'GUESTLIST_PROTECT') continue
      if ((await outside(source, text, cwd)) === 'void') voids.push(text)
    }
    t.strictSame(voids, [])
  })
}

t.test('issue 12.17: --protect and GUESTLIST_PROTECT protect alone, and add up', async t => {
  const cwd = folderOf(t)
  const refusedBy = async (env: Record<string, string>, ...args: string[]) => {
    const io = testIo(env)
    await main(['plan', '--from', 'snapshot.json', '--json', ...args], { ...io, cwd })
    const { refused } = JSON.parse(io.stdout.join('')).guestlist
    return refused.map(({ email, protected_by }: Record<string, string>) => [email, protected_by])
  }
  const ann = [ANN, '--protect']
  const ben = [BEN, 'GUESTLIST_PROTECT']
  t.strictSame(await refusedBy({}, '--protect', ANN), [ann])
  t.strictSame(await refusedBy({ GUESTLIST_PROTECT: BEN }), [ben])
  t.strictSame(await refusedBy({ GUESTLIST_PROTECT: BEN }, '--protect', ANN), [ann, ben])
  t.strictSame(await refusedBy({ GUESTLIST_PROTECT: `x@y.example,\n${BEN}\n` }), [ben])
  t.strictSame((await refusedBy({ GUESTLIST_PROTECT: '*' })).length, 2, '* is everybody')
})

/** What gets into an address by hand, by copying, or from another program. */
const NASTY = ' \t\n\r,;<>"`()[]\\:@\u00a0\u00ad\u200b\u200d\u2060\ufeff\u202e\u0000\u001b\u3000，；＠“”'

t.test('a random search: addresses damaged anywhere, in every list of the manifest', async () => {
  const damaged = fc
    .tuple(
      fc.constantFrom(ANN, BEN, `${ANN} ${BEN}`, `${ANN},${BEN}`),
      fc.array(fc.tuple(fc.nat(60), fc.constantFrom(...NASTY)), { minLength: 1, maxLength: 3 }),
    )
    .map(([text, damages]) =>
      damages.reduce<string>((so, [at, character]) => {
        const index = at % (so.length + 1)
        return so.slice(0, index) + character + so.slice(index)
      }, text),
    )
  fc.assert(
    fc.property(fc.constantFrom(...(Object.keys(LISTS) as (keyof typeof LISTS)[])), damaged, (list, text) => {
      // Damage within the names leaves nobody to be meant: then an error is the only right answer.
      return writings(text).every(written => inManifest(list, text, written) !== 'void')
    }),
    { numRuns: 3000 },
  )
})
