// The main job from end to end, on the embedded sandbox: plan, apply through a fault, plan again with nothing left.
// Runs the same commands that a person would, and prints them. Leaves nothing behind.
import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const program = join(root, 'bin', 'guestlist.js')
const folder = mkdtempSync(join(tmpdir(), 'guestlist-demo-'))
copyFileSync(join(root, 'examples', 'quickstart', 'guestlist.yaml'), join(folder, 'guestlist.yaml'))

const say = text => process.stdout.write(`${text}\n`)

/** The environment without a person's own credentials and settings: the demo is to touch nothing but its sandbox. */
const clean = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(BIMDATA|GUESTLIST|TF_HTTP)_/.test(name)),
)

/** Starts the sandbox and resolves to it and what it prints for pasting. */
function startSandbox(...args) {
  const child = spawn(process.execPath, [program, 'sandbox', ...args], {
    cwd: folder,
    env: clean,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return new Promise((resolve, reject) => {
    let [text, errors] = ['', '']
    child.once('exit', code => reject(new Error(`the sandbox ended with ${code}: ${errors}`)))
    child.stderr.on('data', chunk => {
      errors += chunk
    })
    child.stdout.on('data', chunk => {
      text += chunk
      const exports = [...text.matchAll(/^export (\w+)=(\S+)\n/gm)].map(([, name, value]) => [name, value])
      if (exports.length === 2) resolve({ child, env: Object.fromEntries(exports) })
    })
  })
}

/** Runs guestlist as a person would, on the same streams; an exit code that is not expected ends the demo. */
function guestlist(env, expected, ...args) {
  say(`\n$ guestlist ${args.join(' ')}`)
  const { status } = spawnSync(process.execPath, [program, ...args], {
    cwd: folder,
    env: { ...clean, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (status !== expected) throw new Error(`exit code ${status}, not ${expected}`)
}

const fault = 'accept:cut-after:nth=2'
say('# The second accept will take effect, but its answer never comes.')
say(`$ guestlist sandbox --fault ${fault}`)
const { child, env } = await startSandbox('--fault', fault)
try {
  guestlist(env, 0, 'validate')
  guestlist(env, 2, 'plan', '--out', 'plan.json', '--detailed-exitcode')
  guestlist(env, 0, 'apply', 'plan.json')
  // With 0 it says that there is nothing left to change.
  guestlist(env, 0, 'plan', '--detailed-exitcode')
  say('\nPlanned, applied through a lost answer, verified, and nothing is left to do.')
} finally {
  child.removeAllListeners('exit')
  child.kill()
  rmSync(folder, { recursive: true })
}
