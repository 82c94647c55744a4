/*
 * Regenerates the README's pictures from the built program, the sandbox and the quickstart's manifest:
 * examples/pictures/plan.png (a plan on a terminal) and report.png (the HTML report). Needs Chromium.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Page } from 'playwright-core'
import { escapeHtml } from '../../src/render/escape/html.js'
import { findBrowser } from '../helpers/find-browser.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PROGRAM = join(ROOT, 'bin', 'guestlist.js')
const PICTURES = join(ROOT, 'examples', 'pictures')
const FOLDER = join(ROOT, 'examples', 'quickstart')

/** Fixed, so that the same program produces the same pictures. */
const PORT = '8137'
const NOW = '2026-11-23T10:00:00Z'

const clean = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(?:BIMDATA|GUESTLIST|TF_HTTP|NO_COLOR)/.test(name)),
)

async function startSandbox(): Promise<{ child: ChildProcess; env: NodeJS.ProcessEnv }> {
  const child = spawn(process.execPath, [PROGRAM, 'sandbox', '--port', PORT], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  for await (const chunk of child.stdout) {
    text += chunk
    const exports = Array.from(
      text.matchAll(/^export (\w+)=(\S+)\n/gm),
      ([, name = '', value]) => [name, value] as const,
    )
    if (exports.length === 2) return { child, env: { ...clean, ...Object.fromEntries(exports) } }
  }
  throw new Error(`The sandbox ended: ${text}`)
}

const CLASSES: Readonly<Record<string, string>> = { 1: 'bold', 2: 'dim', 31: 'bad', 32: 'good', 33: 'change' }

/** Converts text with the colours of src/render/text/style.ts to HTML. */
function coloured(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences that styles write
  return text.split(/(\u001b\[\d+m)/u).reduce((html, part) => {
    const code = part.startsWith('\u001b[') ? part.slice(2, -1) : null
    if (code === null) return html + part.split('\n').map(escapeHtml).join('\n')
    return html + (code in CLASSES ? `<span class="${CLASSES[code]}">` : '</span>')
  }, '')
}

const terminal = (text: string): string => `<!DOCTYPE html><meta charset="utf-8"><style>
body { margin: 0; padding: 16px 20px; width: 1040px; background: #14171c; color: #e8ebee }
pre { margin: 0; font: 13px/1.4 "DejaVu Sans Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere }
.bold { font-weight: bold } .dim { color: #a9b2bc } .bad { color: #ff8a80 } .good { color: #57c173 } .change { color: #e0aa3e }
</style><pre>${coloured(text)}</pre>`

async function picture(page: Page, html: string, name: string, fullPage: boolean): Promise<void> {
  await page.setContent(html)
  await page.screenshot({ path: join(PICTURES, name), fullPage })
  process.stdout.write(`${join('examples', 'pictures', name)}\n`)
}

const executablePath = findBrowser()
if (executablePath === undefined) throw new Error('There is no Chromium; GUESTLIST_BROWSER can name one.')
mkdirSync(PICTURES, { recursive: true })
const state = mkdtempSync(join(tmpdir(), 'guestlist-pictures-'))
const { child, env } = await startSandbox()
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
try {
  const plan = (...args: string[]) =>
    execFileSync(process.execPath, [PROGRAM, 'plan', '-f', FOLDER, '--now', NOW, ...args], {
      cwd: state,
      env: { ...env, FORCE_COLOR: '1' },
      encoding: 'utf8',
    }).replaceAll(`${FOLDER}/`, '')
  const page = await browser.newPage({ viewport: { width: 1160, height: 200 } })
  await picture(page, terminal(`$ guestlist plan\n\n${plan()}`), 'plan.png', true)
  await page.setViewportSize({ width: 1100, height: 1120 })
  await picture(page, plan('--format', 'html'), 'report.png', false)
} finally {
  await browser.close()
  child.kill()
  await once(child, 'exit')
  rmSync(state, { recursive: true })
}
