import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { optionsOf, wordsOf } from '../../src/cli/command.js'
import { flagName } from '../../src/cli/option.js'
import { parseManifest } from '../../src/manifest/parse.js'
import { CATALOG } from '../../src/program/catalog.js'
import { resolveCommand } from '../../src/program/resolve-command.js'
import { type Block, blocksOf, COMMANDS, follow, type Guide, HOME_KEY, isShown, ROOT } from './guide.js'

/* The README and the examples' are followed to the letter: every command is run, and every output compared. */

// The demo, and installing the tarball twice, take a while where the machine is busy.
t.setTimeout(180_000)

const LEAVER = `cat > guestlist.yaml <<'YAML'
apiVersion: guestlist/v1
users:
  remove:
    - email: bob.leroy@acme.example
YAML`

const MANIFEST = `printf 'apiVersion: guestlist/v1\\n' > guestlist.yaml`

/** A checkout with a branch for approvals at its origin, and an approval by another name. */
const APPROVALS_BRANCH = `
git config --global user.email dev@acme.example && git config --global user.name Dev
git init -q --bare ../origin.git && git init -q -b main && git remote add origin ../origin.git
git commit -q --allow-empty -m first && git push -q origin main main:guestlist-approvals`

const GUIDES: Readonly<Record<string, Guide>> = {
  'README.md': { clone: true, after: 'exit' },
  'examples/README.md': { clone: true },
  'examples/approvals/README.md': {
    before: {
      'In five lines': `${HOME_KEY}; cp ${ROOT}/examples/quickstart/guestlist.yaml .`,
      'What counts': 'cp plan.json.*.sig alice.sig',
      'In pipelines': `rm alice.sig${APPROVALS_BRANCH}`,
    },
  },
  'examples/deploy/README.md': { before: { 'guestlist, day and night': MANIFEST } },
  'examples/policy-tests/README.md': { fails: ['guestlist test'] },
  'examples/review/README.md': {
    before: { 'What a removal costs': LEAVER },
    // There are findings, and --detailed-exitcode says so.
    fails: ['guestlist review --detailed-exitcode --within 60d'],
  },
}

/** Blocks that cannot be run here: page, heading, language, and the reason. */
const NOT_RUN: readonly (readonly [page: string, heading: string, language: string, why: string])[] = [
  [
    'examples/deploy/README.md',
    'On a server, with systemd',
    'sh',
    "it changes the machine, as root; deploy.test.ts runs the unit's command, and systemd-analyze on the unit",
  ],
  [
    'examples/deploy/README.md',
    'A container',
    'sh',
    'it takes an image from a registry; deploy.test.ts runs the steps',
  ],
  [
    'examples/deploy/README.md',
    'Kubernetes',
    'sh',
    'it needs a cluster; deploy.test.ts checks the manifests by schema',
  ],
  [
    'examples/github-action/README.md',
    'guestlist as a GitHub Action',
    'yaml',
    'it needs GitHub; github-action.test.ts',
  ],
  [
    'examples/gitlab-component/README.md',
    'guestlist as a GitLab component',
    'yaml',
    'it needs GitLab; gitlab-component.test.ts',
  ],
  [
    'examples/keycloak/README.md',
    'On premises',
    'sh',
    'it needs a Keycloak; test/keycloak/real/guide.ts runs it on a real one',
  ],
]

const isRun = (page: string, { heading, language }: Block): boolean =>
  !NOT_RUN.some(each => each[0] === page && each[1] === heading && each[2] === language)

const PAGES = [
  'README.md',
  ...readdirSync(join(ROOT, 'examples'), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('README.md'))
    .map(name => join('examples', name))
    .sort(),
]
const textOf = (page: string): string => readFileSync(join(ROOT, page), 'utf8')

/** Blocks that are no commands, by their language: whether one is right. */
const READ: Readonly<Record<string, (text: string, page: string) => boolean>> = {
  yaml: isYamlOfOurs,
}

/** A manifest, a part of one, or a part of a file beside the page. */
function isYamlOfOurs(text: string, page: string): boolean {
  const whole = text.startsWith('apiVersion:') ? text : `apiVersion: guestlist/v1\n${text}`
  if (parseManifest([{ file: page, content: whole }]).ok) return true
  const folder = join(ROOT, page, '..')
  return readdirSync(folder).some(
    name => name.endsWith('.yaml') && textOf(join(page, '..', name)).includes(text.trimEnd()),
  )
}

const FLAGS: ReadonlySet<string> = new Set(
  CATALOG.commands.flatMap(command => Object.keys(optionsOf(command)).map(key => `--${flagName(key)}`)),
)

/** Of the program itself, and of other programs. */
const OTHERS: ReadonlySet<string> = new Set(['--help', '--version'])

/** What the program would not understand of a command in a sentence. Words in capitals stand for others. */
function faultsOf(span: string): readonly string[] {
  const words = span.slice(span.indexOf('guestlist ') + 'guestlist '.length).split(' ')
  const { command } = resolveCommand(words)
  if (command === null) return /^COMMAND\b/.test(words[0] ?? '') ? [] : [`no command: ${span}`]
  const known = new Set([...Object.keys(optionsOf(command)).map(key => `--${flagName(key)}`), ...OTHERS])
  return words.filter(word => word.startsWith('--') && word !== '--' && !known.has(word.split('=')[0] ?? ''))
}

for (const page of PAGES) {
  const blocks = blocksOf(textOf(page))
  const run = blocks.filter(block => block.language in COMMANDS && isRun(page, block))

  t.test(`${page}: each block is run, compared, read, or listed with a reason`, async t => {
    for (const block of blocks.filter(each => isRun(page, each)))
      if (block.language in READ) t.ok(READ[block.language]?.(block.text, page), block.text)
      else t.ok(block.language === 'text' || block.language in COMMANDS, `${block.language}: ${block.text}`)
    for (const [, heading, language, why] of NOT_RUN.filter(each => each[0] === page))
      t.ok(
        blocks.some(block => block.heading === heading && block.language === language),
        `${heading}: ${why}`,
      )
    t.ok(run.length === 0 || page in GUIDES, 'its commands are run')
  })

  if (run.length > 0)
    t.test(`${page}: every command runs, and prints what is shown`, async t => {
      const guide = GUIDES[page] ?? {}
      const { printed, failed, ended } = await follow(t, page, run, guide)
      t.ok(ended, 'the last command is reached')
      t.strictSame(failed, guide.fails ?? [], 'what fails is meant to')
      if (!t.passing()) t.comment(printed.join(''))
      let last = -1
      for (const block of blocks) {
        if (run.includes(block)) last++
        if (block.language === 'text')
          t.ok(isShown(block.text, printed[last] ?? ''), `${block.text}\nof ${printed[last]}`)
      }
    })

  t.test(`${page}: commands and flags in its text are those of the program`, async t => {
    const spans = [
      ...textOf(page)
        .replaceAll(/^```.*?^```$/gms, '')
        .matchAll(/`([^`\n]+)`/g),
    ].map(([, text = '']) => text)
    for (const span of spans.filter(text => /^(?:.* )?guestlist [a-z]/.test(text)))
      t.strictSame(faultsOf(span), [], span)
    for (const [flag] of spans.flatMap(text => [...text.matchAll(/^--[a-z][a-z-]+/g)]))
      t.ok(FLAGS.has(flag) || OTHERS.has(flag), `${page}: ${flag}`)
  })
}

t.test('what is shown has to be printed: a word, an order or a line of difference is found', async t => {
  const printed = 'one\ntwo 2026-11-24T19:41:13Z\nthree\nfour http://127.0.0.1:4000\n'
  for (const [shown, is] of [
    [printed, true],
    ['one\ntwo 2027-01-01T00:00:00Z\nthree\nfour http://127.0.0.1:5000', true],
    ['…\nthree\n…', true],
    ['one\n…\nthree\n…', true],
    ['…\nfour http://127.0.0.1:4000', true],
    ['one', false],
    ['three\n…', false],
    ['…\nthree', false],
    ['…\nthree\n…\none\n…', false],
    ['…\nthre\n…', false],
    ['…\none\nthree\n…', false],
  ] as const)
    t.equal(isShown(shown, printed), is, shown)
})

t.test('the README has every command in its table, links to what is there, and stays short', async t => {
  const readme = textOf('README.md')
  for (const command of CATALOG.commands) t.match(readme, `\`${wordsOf(command).join(' ')}`, command.usage)
  t.ok(readme.trimEnd().split('\n').length <= 250)
})

t.test('what the pages link to is there', async t => {
  for (const page of PAGES) {
    const targets = [...textOf(page).matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, target = '']) => target)
    for (const target of targets) {
      const [path = '', anchor] = target.split('#')
      const linked = path === '' ? page : join(page, '..', path)
      t.ok(existsSync(join(ROOT, linked)), `${page}: ${target}`)
      if (anchor !== undefined) t.ok(anchorsOf(textOf(linked)).includes(anchor), `${page}: ${target}`)
    }
  }
})

const anchorsOf = (markdown: string): readonly string[] =>
  [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  )
