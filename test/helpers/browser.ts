import { type Browser, chromium } from 'playwright-core'
import type { Test } from 'tap'
import { findBrowser } from './find-browser.js'

/**
 * A headless Chromium that ends with the test; `GUESTLIST_BROWSER` names another than the system's. Where there is none the
 * test fails, unless `GUESTLIST_NO_BROWSER=1` accepts that what needs a browser is not checked; then null, said plainly.
 */
export async function browserFor(t: Test): Promise<Browser | null> {
  const executablePath = findBrowser()
  if (executablePath === undefined) {
    const message = `There is no browser: the checks of the HTML report in one were NOT RUN.`
    if (process.env.GUESTLIST_NO_BROWSER === '1')
      process.stderr.write(`${message} GUESTLIST_NO_BROWSER=1 accepts that.\n`)
    else t.fail(`${message} Install chromium, or accept that with GUESTLIST_NO_BROWSER=1.`)
    return null
  }
  // Containers run as root, where Chromium has no sandbox of its own; the pages are ours.
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  t.teardown(() => browser.close())
  return browser
}
