import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import type { Test } from 'tap'
import { startHttpStateServer } from '../helpers/http-state-server.js'
import { type Ran, startWorld, type World } from './world.js'

const require = createRequire(import.meta.url)

export interface Job {
  readonly before_script?: readonly string[]
  readonly script: readonly string[]
  readonly variables?: Readonly<Record<string, string>>
  readonly environment?: string
  readonly resource_group?: string
  readonly artifacts?: { readonly reports?: Readonly<Record<string, string>> }
}

/**
 * The state's server is GitLab's for the job, and `CI_…` are as GitLab sets them.
 *
 * @param scripts examples whose scripts are in .gitlab/guestlist
 */
export async function startGitLab(t: Test, scripts: readonly string[]) {
  const world = await startWorld(t, { scripts, to: '.gitlab/guestlist' })
  const state = await startHttpStateServer()
  t.teardown(() => state.close())
  state.authorization = `Basic ${Buffer.from('gitlab-ci-token:job-token').toString('base64')}`
  world.write('guestlist.yaml', `${world.read('guestlist.yaml')}state:\n  backend: http\n`)
  world.answer({ to: 'npm install' })
  const ci = {
    CI_API_V4_URL: new URL('/api/v4', state.address).href,
    CI_PROJECT_ID: '7',
    CI_JOB_TOKEN: 'job-token',
    CI_DEFAULT_BRANCH: 'main',
  }
  const protectedVariables = { BIMDATA_API_URL: world.sandbox.url, BIMDATA_API_KEY: world.sandbox.apiKey }
  return { world, state, ci, secrets: protectedVariables }
}

/** A job's before_script and script as one shell, its variables expanded as GitLab does. */
export function runJob(
  world: World,
  { before_script: before = [], script, variables = {} }: Job,
  env: Readonly<Record<string, string>>,
): Promise<Ran> {
  const expanded = Object.entries(variables).map(([key, value]) => [
    key,
    value.replace(/\$(\w+)/g, (_, variable: string) => env[variable] ?? ''),
  ])
  return world.run([...before, ...script].join('\n'), { ...env, ...Object.fromEntries(expanded) })
}

export function callGitlabCiLocal(world: World, args: readonly string[]) {
  // It is made for Node 22; one method is all that it misses in Node 20.
  const union = 'data:text/javascript,Set.prototype.union||=function(o){return%20new%20Set([...this,...o])}'
  const env = { PATH: process.env.PATH, HOME: world.folder }
  const command = ['--import', union, require.resolve('gitlab-ci-local'), ...args]
  return spawnSync(process.execPath, command, { cwd: world.folder, env, encoding: 'utf8' })
}

/** What gitlab-ci-local prints, after it checked the pipeline against GitLab's schema. */
export function gitlabCiLocal(t: Test, world: World, args: readonly string[]): string {
  const { stdout, stderr } = callGitlabCiLocal(world, args)
  t.match(stderr, /json schema validated/, stdout + stderr)
  return stdout
}

/** When each job would run in a pipeline of this source, by its rules. */
export function whenOf(t: Test, world: World, source: string): Record<string, string> {
  const set = { CI_PIPELINE_SOURCE: source, CI_DEFAULT_BRANCH: 'main' }
  const variables = Object.entries(set).flatMap(([name, value]) => ['--variable', `${name}=${value}`])
  const quiet = ['--ignore-predefined-vars', Object.keys(set).join()]
  const rows = gitlabCiLocal(t, world, ['--list-csv-all', ...variables, ...quiet])
    .trim()
    .split('\n')
    .slice(1)
  return Object.fromEntries(rows.map(row => row.split(';')).map(([name, , when = '']) => [name, when]))
}
