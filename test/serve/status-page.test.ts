import axe, { type AxeResults } from 'axe-core'
import t, { type Test } from 'tap'
import { createMetrics } from '../../src/serve/metrics.js'
import { ServiceStatus } from '../../src/serve/status.js'
import { createStatusServer } from '../../src/serve/status-server.js'
import { browserFor } from '../helpers/browser.js'
import { examplePlan, HOSTILE, hostilePlan } from '../render/fixtures/plan.js'

const browser = await browserFor(t)

async function page(t: Test, status: ServiceStatus, colorScheme: 'light' | 'dark' = 'light') {
  const server = createStatusServer({
    status,
    metrics: createMetrics('0'),
    isAlive: () => true,
    secret: null,
    onWebhook: () => true,
    hosts: ['127.0.0.1'],
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (browser === null || address === null || typeof address === 'string') return null
  const opened = await browser.newPage({ colorScheme, viewport: { width: 1200, height: 900 } })
  t.teardown(() => opened.close())
  const noise: string[] = []
  opened.on('console', message => noise.push(message.text()))
  opened.on('pageerror', error => noise.push(error.message))
  opened.on('dialog', dialog => {
    noise.push('a dialog')
    void dialog.dismiss()
  })
  await opened.goto(`http://127.0.0.1:${address.port}/`)
  return { opened, noise }
}

const fresh = () =>
  new ServiceStatus({ version: '0.0.0', apiUrl: 'https://api.example', removals: false, dryRun: false })
const ran = (message: string) =>
  ({ started: '2026-11-24T12:00:00.000Z', duration_ms: 5, triggers: ['webhook'], result: 'success', message }) as const

t.test('it shows the runs and the plan, and updates by itself', async t => {
  const status = fresh()
  const shown = await page(t, status)
  if (shown === null) return
  const { opened, noise } = shown
  t.match(await opened.locator('.summary').first().textContent(), /still starting/)
  status.problem = null
  status.leader = true
  status.ran(ran('Apply complete! 3 accepted, 0 denied, 0 removed.'))
  status.planned(examplePlan())
  await opened.getByText('Apply complete! 3 accepted').first().waitFor({ timeout: 10_000 })
  await opened.frameLocator('#plan').getByRole('heading', { name: 'guestlist plan' }).waitFor({ timeout: 10_000 })
  t.strictSame(noise, [])
})

for (const scheme of ['light', 'dark'] as const) {
  t.test(`hostile names are text, and axe finds nothing (${scheme})`, async t => {
    const status = fresh()
    status.problem = null
    const hostile = Object.values(HOSTILE).join('\n')
    status.planned(hostilePlan(hostile))
    status.ran(ran(`${hostile}\n<img src=x onerror=alert(1)>`))
    const shown = await page(t, status, scheme)
    if (shown === null) return
    const { opened, noise } = shown
    t.equal(await opened.locator('#live img, #live script').count(), 0)
    await opened.evaluate(axe.source)
    const { violations } = await opened.evaluate<AxeResults>('axe.run()')
    t.strictSame(
      violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
      [],
    )
    t.strictSame(noise, [])
  })
}
