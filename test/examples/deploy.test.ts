import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Deployment } from 'kubernetes-models/apps/v1'
import { Ingress, NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1'
import { ConfigMap, Service } from 'kubernetes-models/v1'
import t, { type Test } from 'tap'
import { parseAllDocuments } from 'yaml'
import { createMetrics } from '../../src/serve/metrics.js'
import { guestlist } from '../helpers/guestlist.js'
import { world } from '../helpers/world.js'

const FOLDER = fileURLToPath(new URL('../../examples/deploy/', import.meta.url))
const read = (name: string) => readFileSync(join(FOLDER, name), 'utf8')

type Model = new (data: object) => { validate(): void }

const KINDS: Readonly<Record<string, Model>> = {
  ConfigMap,
  Deployment,
  Ingress,
  NetworkPolicy,
  PodDisruptionBudget,
  Service,
}

const documents = parseAllDocuments(read('kubernetes/guestlist.yaml')).map(document => document.toJS())
const of = (kind: string) => documents.find(document => document.kind === kind)
function validate(document: { readonly kind: string }): void {
  const Kind = KINDS[document.kind]
  if (Kind === undefined) throw new Error(`no schema of ${document.kind}`)
  new Kind(structuredClone(document)).validate()
}

/** Whether a tool is here; it has to be where CI has installed it. */
function has(t: Test, tool: string, variable: string): boolean {
  if (spawnSync(tool, ['--version']).error === undefined) return true
  if (process.env[variable] === '1') throw new Error(`${tool} is required and not installed`)
  t.comment(`LEFT OUT: ${tool} is not installed`)
  return false
}

t.test("Kubernetes' own schemas take every object, and would not take a mistake", async t => {
  t.strictSame(documents.map(({ kind }) => kind).sort(), Object.keys(KINDS).sort())
  for (const document of documents) t.doesNotThrow(() => validate(document), document.kind)
  const deployment = structuredClone(of('Deployment'))
  deployment.spec.replicas = 'two'
  t.throws(() => validate(deployment), /replicas/)
})

t.test(
  'the deployment: two that stand in for each other, not root, a root that is read-only, probes, secrets as files',
  async t => {
    const { spec } = of('Deployment')
    const pod = spec.template.spec
    const [container] = pod.containers
    t.equal(spec.replicas, 2)
    t.match(pod, { automountServiceAccountToken: false, securityContext: { runAsNonRoot: true, runAsUser: 1000 } })
    t.match(container, {
      securityContext: {
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
      },
      livenessProbe: { httpGet: { path: '/livez', port: 'http' } },
      readinessProbe: { httpGet: { path: '/readyz', port: 'http' } },
    })
    t.ok(pod.terminationGracePeriodSeconds > 27, 'longer than --grace and the report')
    const secrets = container.env.filter(({ value }: { value?: string }) => value?.startsWith('/run/secrets'))
    const files = pod.volumes.flatMap(
      (volume: { secret?: { items: { path: string }[] } }) => volume.secret?.items ?? [],
    )
    t.strictSame(
      secrets.map(({ value }: { value: string }) => value).sort(),
      files.map(({ path }: { path: string }) => `/run/secrets/guestlist/${path}`).sort(),
    )
  },
)

t.test('what the container and the unit run are commands of this guestlist; the manifest is right', async t => {
  const { folder, run, write } = await world(t, 'invitations:\n  accept:\n    - email: "*@acme.example"\n', [])
  const [container] = of('Deployment').spec.template.spec.containers
  // One run does not listen.
  const listens = (word: string) => word.startsWith('--listen') || word === '--allow-remote' || /^\S+:\d+$/.test(word)
  t.match(await run([...container.args.filter((word: string) => !listens(word)), '--once', '--dry-run']), { code: 0 })
  const [, words = ''] = /^ExecStart=\/usr\/local\/bin\/guestlist (.*)$/m.exec(read('guestlist.service')) ?? []
  const args = words.replace('/etc/guestlist/', `${folder}/`).replace('/var/lib/guestlist/', `${folder}/`).split(' ')
  t.match(await run([...args, '--once', '--dry-run']), { code: 0 })
  t.match(read('Dockerfile'), /^ENTRYPOINT \["guestlist"\]\nCMD \["serve"\]$/m)
  write('example.yaml', of('ConfigMap').data['guestlist.yaml'])
  t.match(await guestlist(['validate', '-f', 'example.yaml'], { cwd: folder }), { code: 0 })
})

t.test('the unit is one that systemd takes', async t => {
  if (!has(t, 'systemd-analyze', 'TESTS_REQUIRE_SYSTEMD')) return
  const unit = join(t.testdir(), 'guestlist.service')
  writeFileSync(unit, read('guestlist.service').replace('/usr/local/bin/guestlist', process.execPath))
  const verified = spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' })
  t.equal(verified.status, 0, verified.stderr)
  t.notMatch(verified.stderr, /guestlist\.service/)
})

t.test('the alerts are rules that fire when they should, over metrics that there are', async t => {
  const [metrics, alerts] = [await createMetrics('0').text(), read('alerts.yaml')]
  const named = new Set(alerts.match(/guestlist_\w+/g))
  t.ok(named.size > 5)
  for (const name of named) t.match(metrics, `# TYPE ${name} `, name)
  if (!has(t, 'promtool', 'TESTS_REQUIRE_PROMTOOL')) return
  const promtool = (...args: string[]) => execFileSync('promtool', args, { cwd: FOLDER, encoding: 'utf8' })
  t.match(promtool('check', 'rules', 'alerts.yaml'), 'SUCCESS')
  t.match(promtool('test', 'rules', 'alerts.test.yaml'), 'SUCCESS')
})

t.test('the guide names files that there are, and every alert', async t => {
  const guide = read('README.md')
  for (const [, path = ''] of guide.matchAll(/\]\(([^)#:]+)\)/g)) t.ok(existsSync(join(FOLDER, path)), path)
  for (const [, name = ''] of read('alerts.yaml').matchAll(/alert: (\w+)/g)) t.match(guide, name)
})
