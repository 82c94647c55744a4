import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import axe, { type AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import type { Review } from '../../src/review/access-review.js'
import { reviewHtml } from '../../src/review/review-html.js'
import { browserFor } from '../helpers/browser.js'
import { unsafeIn } from '../render/fixtures/inert.js'
import { HOSTILE } from '../render/fixtures/plan.js'
import { accepted, cloud, cloudsOf, MANIFEST, member, reviewOf } from './fixtures/review.js'

const browser = await browserFor(t)

async function open(
  t: Test,
  review: Review,
  options: { colorScheme?: 'light' | 'dark' } = {},
): Promise<{ page: Page; noise: string[] } | null> {
  if (browser === null) return null
  const folder = t.testdir({ 'review.html': [...reviewHtml(review)].join('') })
  const url = pathToFileURL(join(folder, 'review.html')).href
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 }, ...options })
  t.teardown(() => page.close())
  const noise: string[] = []
  page.on('console', message => noise.push(message.text()))
  page.on('pageerror', error => noise.push(error.message))
  page.on('request', request => {
    if (request.url() !== url && !request.url().startsWith('data:')) noise.push(request.url())
  })
  await page.goto(url)
  return { page, noise }
}

const COUNT = 250

/** So many of our own in forty clouds, one rival, one unexplained member. */
const example = (): Review =>
  reviewOf({
    yaml: MANIFEST,
    invitations: [
      ...Array.from({ length: COUNT }, (_, index) =>
        accepted(index + 1, `person${index}@acme.example`, { cloud_name: `Cloud ${index % 40}` }),
      ),
      accepted(1000, 'mallory@rival.example', { cloud_role: 100 }),
    ],
    clouds: cloudsOf(cloud(1, 'Campus', member('eve@else.example', 100))),
  })

const texts = (page: Page, selector: string): Promise<readonly string[]> => page.locator(selector).allTextContents()

t.test('searched, filtered by finding, cloud and owner, and sorted', async t => {
  const opened = await open(t, example())
  if (opened === null) return
  const { page, noise } = opened
  const status = page.getByRole('status')
  t.equal(await status.textContent(), `Rows 1 to 100 of ${COUNT + 2} rows.`)
  await page.getByRole('button', { name: 'Next' }).click()
  t.equal(await status.textContent(), `Rows 101 to 200 of ${COUNT + 2} rows.`)
  await page.locator('#finding').selectOption('denied-now')
  t.equal(await status.textContent(), `All 1 matching rows of ${COUNT + 2} (finding: denied-now).`)
  t.strictSame(await texts(page, '#rows tr > *'), [
    'mallory@rival.example',
    'Tower A (admin)',
    '',
    'accepted',
    'guestlist.yaml:14:7',
    'security',
    '',
    '',
    'denied-now admin',
  ])
  await page.locator('#finding').selectOption('any')
  t.strictSame(await texts(page, '#rows th'), ['eve@else.example', 'mallory@rival.example'])
  await page.locator('#owner').selectOption('none')
  t.strictSame(await texts(page, '#rows th'), ['eve@else.example'])
  await page.locator('#finding').selectOption('')
  await page.locator('#owner').selectOption('=facility-team')
  t.match(await status.textContent(), `of ${COUNT} matching rows`)
  await page.locator('#cloud').selectOption('Cloud 7')
  t.match(await status.textContent(), /^All 7 matching rows/)
  await page.locator('#owner').selectOption('')
  await page.locator('#cloud').selectOption('')
  await page.getByLabel('Search').fill('PERSON77@ acme')
  t.strictSame(await texts(page, '#rows th'), ['person77@acme.example'])
  await page.getByLabel('Search').fill('')
  const email = page.getByRole('button', { name: 'E-mail' })
  await email.click()
  await email.click()
  t.equal(await page.locator('th', { has: email }).getAttribute('aria-sort'), 'descending')
  t.equal((await texts(page, '#rows th'))[0], 'person9@acme.example')
  t.strictSame(noise, [])
})

t.test('printed: all that matches, without the controls', async t => {
  const opened = await open(t, example())
  if (opened === null) return
  const { page } = opened
  await page.emulateMedia({ media: 'print' })
  await page.evaluate(`window.dispatchEvent(new Event('beforeprint'))`)
  t.equal(await page.locator('#rows tr').count(), COUNT + 2)
  t.notOk(await page.locator('.controls').isVisible())
  await page.evaluate(`window.dispatchEvent(new Event('afterprint'))`)
  t.equal(await page.locator('#rows tr').count(), 100)
})

for (const colorScheme of ['light', 'dark'] as const) {
  t.test(`accessible, ${colorScheme}`, async t => {
    const opened = await open(t, example(), { colorScheme })
    if (opened === null) return
    const { page } = opened
    await page.evaluate(axe.source)
    const results: AxeResults = await page.evaluate('axe.run()')
    t.strictSame(
      results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
      [],
    )
  })
}

t.test('hostile names are text', async t => {
  const review = reviewOf({
    yaml: MANIFEST,
    invitations: Object.values(HOSTILE).map((text, id) =>
      accepted(id, text, { cloud_name: text, project_name: text, project_role: 25 }),
    ),
    clouds: { unread: null, clouds: [{ ...cloud(1, HOSTILE['closing script'] ?? ''), unread: '403' }] },
  })
  t.same(unsafeIn([...reviewHtml(review)].join('')), [])
  const opened = await open(t, review)
  if (opened === null) return
  t.strictSame(opened.noise, [])
  t.equal(await opened.page.locator('#rows tr').count(), Object.keys(HOSTILE).length)
  t.equal(await opened.page.locator('#rows tr *:not(td):not(th)').count(), 0)
})
