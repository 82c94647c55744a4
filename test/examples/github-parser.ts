import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import type { Test } from 'tap'
import { EXAMPLES } from './world.js'

type Parser = typeof import('@actions/workflow-parser') &
  typeof import('@actions/workflow-parser/actions/action-parser')

/** GitHub's own parsers. They are made for bundlers: Node does not take their imports of JSON as they stand. */
export async function loadParser(t: Test): Promise<Parser> {
  const outfile = join(t.testdir(), 'parser.mjs')
  const contents = `export { NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser'
    export { parseAction } from '@actions/workflow-parser/actions/action-parser'`
  await build({
    stdin: { contents, resolveDir: EXAMPLES },
    outfile,
    bundle: true,
    platform: 'neutral',
    mainFields: ['main'],
  })
  return import(pathToFileURL(outfile).href)
}
