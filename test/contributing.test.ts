import { readFileSync } from 'node:fs'
import t from 'tap'

const text = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')

t.test('every step of the two walks is a function or a class of the file that it names', async t => {
  const contributing = text('CONTRIBUTING.md')
  for (const title of ['From a rule in YAML to its accept call', 'From the list to the plan']) {
    const walk = contributing.split(`### ${title}\n`)[1]?.split(/^##/m)[0] ?? ''
    t.equal(walk.match(/^\d+\. /gm)?.length, 10, `${title}: ten lines`)
    const steps = [...walk.matchAll(/`(src\/[^`]+)` `(\w+)`/g)]
    t.ok(steps.length >= 10, title)
    for (const [, file = '', name] of steps)
      t.match(text(file), new RegExp(`^export (async )?(function\\*?|class) ${name}\\b`, 'm'), `${file} ${name}`)
  }
})
