import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { openInBrowser } from '../../src/commands/login.js'

t.test('the address is handed over whole, as one argument', async t => {
  const folder = t.testdir()
  const program = join(folder, 'browser')
  await writeFile(
    program,
    `#!${process.execPath}\nimport('node:fs').then(fs => fs.writeFileSync(${JSON.stringify(join(folder, 'seen'))}, JSON.stringify(process.argv.slice(2))))\n`,
  )
  await chmod(program, 0o755)
  const url = new URL('https://iam.example/auth?a=1&b=$(touch%20x)&c=;ls')
  openInBrowser(url, { BROWSER: program })
  let seen = ''
  while (seen === '') {
    await sleep(20)
    seen = await readFile(join(folder, 'seen'), 'utf8').catch(() => '')
  }
  t.strictSame(JSON.parse(seen), [url.href])
})

t.test('a machine without a browser is no error', async t => {
  openInBrowser(new URL('https://iam.example'), { BROWSER: '/nonexistent/browser' })
  await sleep(50)
  t.pass()
})
