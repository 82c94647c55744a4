import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { EXAMPLES, type Ran, type World } from './world.js'

export interface Step {
  readonly name?: string
  readonly id?: string
  readonly if?: string
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
}

export interface Job {
  readonly if?: string
  readonly environment?: string
  readonly permissions?: Readonly<Record<string, string>>
  readonly outputs?: Readonly<Record<string, string>>
  readonly steps: readonly Step[]
}

export interface Workflow {
  readonly on: Readonly<Record<string, unknown>>
  readonly permissions?: Readonly<Record<string, string>> | string
  readonly concurrency?: Readonly<Record<string, unknown>>
  readonly jobs: Readonly<Record<string, Job>>
}

export const workflowText = (path: string): string => readFileSync(join(EXAMPLES, path), 'utf8')

export const readWorkflow = (path: string): Workflow => parse(workflowText(path))

/** What `${{ … }}` stands for, by what is written between the braces. */
export type Context = Readonly<Record<string, string>>

function resolve(text: string, context: Context): string {
  return text.replace(/\$\{\{\s*(.*?)\s*\}\}/g, (_, name: string) => {
    const value = context[name]
    if (value === undefined) throw new Error(`nothing is known of ${name}`)
    return value
  })
}

export interface JobRun extends Ran {
  readonly outputs: Readonly<Record<string, string>>
  readonly summary: string
}

const resolveAll = (texts: Readonly<Record<string, string>> = {}, context: Context): Record<string, string> =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, resolve(text, context)]))

/** Runs the `run` steps of a job in order, as the runner does: after a failure only those that run always. */
export function runJob(world: World, path: string, job: string, context: Context, env: Context): Promise<JobRun> {
  const { steps = [], outputs } = readWorkflow(path).jobs[job] ?? {}
  return runSteps(world, steps, outputs, context, env)
}

export interface Action {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>
  readonly outputs: Readonly<Record<string, { readonly description: string; readonly value: string }>>
  readonly runs: { readonly using: string; readonly steps: readonly Step[] }
}

export const readAction = (path: string): Action => parse(workflowText(path))

/** Runs a composite action that lies in a folder of the checkout. */
export function runAction(world: World, path: string, folder: string, inputs: Context, env: Context): Promise<JobRun> {
  const action = readAction(path)
  const given = Object.entries(action.inputs).map(([name, { default: fallback = '' }]) => [
    `inputs.${name}`,
    inputs[name] ?? fallback,
  ])
  const outputs = Object.fromEntries(Object.entries(action.outputs).map(([name, { value }]) => [name, value]))
  const place = { GITHUB_ACTION_PATH: join(world.folder, folder) }
  return runSteps(world, action.runs.steps, outputs, Object.fromEntries(given), { ...env, ...place })
}

/** The action of this project, where a step uses it; null: an action of GitHub's, which is left out. */
function stepRun(
  world: World,
  { run, uses, with: inputs }: Step,
  context: Context,
  env: Context,
): Promise<JobRun> | null {
  if (run !== undefined) return runScript(world, run, env)
  if (uses !== './.github/guestlist') return null
  return runAction(world, 'github-action/action.yml', uses, resolveAll(inputs, context), env)
}

async function runScript(world: World, script: string, env: Context): Promise<JobRun> {
  const at = (name: string) => join(world.folder, '..', name)
  for (const name of ['output', 'summary']) writeFileSync(at(name), '')
  const ran = await world.run(script, { ...env, GITHUB_OUTPUT: at('output'), GITHUB_STEP_SUMMARY: at('summary') })
  const set = [...readFileSync(at('output'), 'utf8').matchAll(/^(\w+)=(.*)$/gm)]
  const outputs = Object.fromEntries(set.map(([, name = '', value = '']) => [name, value]))
  return { ...ran, outputs, summary: readFileSync(at('summary'), 'utf8') }
}

async function runSteps(
  world: World,
  steps: readonly Step[],
  outputs: Context | undefined,
  context: Context,
  env: Context,
): Promise<JobRun> {
  let all: JobRun = { code: 0, stdout: '', stderr: '', summary: '', outputs: {} }
  let known = context
  for (const step of steps) {
    if (all.code !== 0 && step.if !== 'always()') continue
    const ran = await stepRun(world, step, known, { ...env, ...resolveAll(step.env, known) })
    if (ran === null) continue
    all = {
      code: all.code === 0 ? ran.code : all.code,
      stdout: all.stdout + ran.stdout,
      stderr: all.stderr + ran.stderr,
      summary: all.summary + ran.summary,
      outputs: {},
    }
    const set = Object.entries(ran.outputs).map(([name, value]) => [`steps.${step.id}.outputs.${name}`, value])
    known = { ...known, ...Object.fromEntries(set) }
  }
  return { ...all, outputs: all.code === 0 ? resolveAll(outputs, known) : {} }
}
