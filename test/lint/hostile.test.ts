import t from 'tap'
import { lintManifest } from '../../src/lint/lint-manifest.js'
import { DEFAULT_GUARDS, type Manifest, type Rule, type Selector } from '../../src/model/manifest.js'

const NOW = new Date('2026-11-24T09:00:00Z')

/** Rules of which each one meets all that say the opposite, or half of its own kind. */
const HOSTILE: Readonly<Record<string, (n: number) => Selector>> = {
  'beginnings against ends': n => ({ email: n % 2 ? `a${n}.*` : `*@d${n}.example` }),
  'parts in the middle': n => ({ email: n % 2 ? `*a${n}*b${n}*` : `*c${n}*d${n}*` }),
  'parts within one another': n => ({ email: `*${'a*'.repeat(1 + (n % 40))}${n % 2 ? 'x' : 'y'}${n}*` }),
  'long ones with both wildcards': n => ({ email: `*${(n % 2 ? 'ab?c*' : '?bc*a').repeat(8)}${n}*` }),
  'lists of clouds': n => ({ cloud: n % 2 ? [`A${n}*`, `*B${n}`, `*c${n}*`] : [`*A${n}`, `B${n}*`, `*d${n}*`] }),
  'several parts': n => (n % 2 ? { email: `*@d${n % 20}.example`, cloud: [`*${n}*`] } : { email: `*${n}*@*` }),
}

for (const [name, selectorOf] of Object.entries(HOSTILE)) {
  t.test(`1,000 rules in conflict are decided one by one, not by a search: ${name}`, async t => {
    const manifest = manifestOf(1000, selectorOf)
    const before = process.cpuUsage()
    const { findings, undecided } = lintManifest({ manifest, now: NOW, protect: [], within: 0, invitations: null }, [])
    const { user } = process.cpuUsage(before)
    t.equal(undecided.length, 0)
    t.ok(findings.filter(({ code }) => code === 'conflicting-rules').length > 1000)
    // A search for each pair takes minutes; this takes a second where nothing else runs.
    t.ok(user < 5_000_000, `${user / 1e6} s`)
  })
}

t.test('10,000 rules that could all meet: those that would take minutes are said to be undecided', async t => {
  const manifest = manifestOf(10_000, n => ({ email: `??????${n}@*.example` }))
  const before = process.cpuUsage()
  const { undecided } = lintManifest({ manifest, now: NOW, protect: [], within: 0, invitations: null }, [])
  const { user } = process.cpuUsage(before)
  t.ok(undecided.length > 1000, `${undecided.length}`)
  t.ok(user < 20_000_000, `${user / 1e6} s`)
})

function manifestOf(count: number, selectorOf: (n: number) => Selector): Manifest {
  const rules = Array.from({ length: count }, (_, n): Rule => {
    const effect = n % 2 ? 'accept' : 'deny'
    const at = { file: 'm.yaml', line: n + 1, column: 1 }
    return {
      effect,
      selector: selectorOf(n),
      strength: 'pattern',
      at,
      reason: null,
      name: null,
      owner: null,
      from: null,
      until: null,
    }
  })
  return {
    rules,
    unmatched: 'ignore',
    unmatchedAt: null,
    removals: [],
    protect: [],
    guards: DEFAULT_GUARDS,
    state: { backend: 'local' },
    keycloak: null,
  }
}
