import { existsSync } from 'node:fs'

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
]

/** The path of Chromium: the one named by `GUESTLIST_BROWSER`, or the system's. */
export const findBrowser = (): string | undefined =>
  process.env.GUESTLIST_BROWSER ?? PLACES.find(path => existsSync(path))
