import { type Browser, chromium } from 'playwright-core'
import type { Test } from 'tap'
import { findBrowser } from './find-browser.js'

/**
 * A headless Chromium that ends with the test; `GUESTLIST_BROWSER` overrides the system's. If there is none, as on a
 * fresh machine, returns null and says clearly that what needs a browser is not checked. With
 * `TESTS_REQUIRE_BROWSER=1`, as in CI, the test fails.
 */
export async function browserFor(t: Test): Promise<Browser | null> {
  const executablePath = findBrowser()
  if (executablePath === undefined) {
    const message = 'There is no browser: the checks that need one were NOT RUN. Install chromium to run them.'
    if (process.env.TESTS_REQUIRE_BROWSER === '1') t.fail(message)
    else process.stderr.write(`${message}\n`)
    return null
  }
  // Containers run as root, and then Chromium cannot use its sandbox; the pages are our own.
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  t.teardown(() => browser.close())
  return browser
}
