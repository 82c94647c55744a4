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
export async function runAction(
  world: World,
  path: string,
  folder: string,
  inputs: Context,
  env: Context,
): Promise<JobRun> {
  const action = readAction(path)
  const given = Object.entries(action.inputs).map(([name, { default: fallback = '' }]) => [
    `inputs.${name}`,
    inputs[name] ?? fallback,
  ])
  const outputs = Object.fromEntries(Object.entries(action.outputs).map(([name, { value }]) => [name, value]))
  const place = { GITHUB_ACTION_PATH: join(world.folder, folder) }
  return runSteps(world, action.runs.steps, outputs, Object.fromEntries(given), { ...env, ...place })
}

async function runSteps(
  world: World,
  steps: readonly Step[],
  outputs: Context | undefined,
  context: Context,
  env: Context,
): Promise<JobRun> {
  let ran: Ran = { code: 0, stdout: '', stderr: '' }
  let known = context
  const files = {
    GITHUB_OUTPUT: join(world.folder, '..', 'output'),
    GITHUB_STEP_SUMMARY: join(world.folder, '..', 'summary'),
  }
  writeFileSync(files.GITHUB_STEP_SUMMARY, '')
  for (const step of steps) {
    if (step.run === undefined || (ran.code !== 0 && step.if !== 'always()')) continue
    writeFileSync(files.GITHUB_OUTPUT, '')
    const { code, stdout, stderr } = await world.run(step.run, { ...env, ...files, ...resolveAll(step.env, known) })
    ran = { code: ran.code === 0 ? code : ran.code, stdout: ran.stdout + stdout, stderr: ran.stderr + stderr }
    const set = [...readFileSync(files.GITHUB_OUTPUT, 'utf8').matchAll(/^(\w+)=(.*)$/gm)]
    known = {
      ...known,
      ...Object.fromEntries(set.map(([, name, value = '']) => [`steps.${step.id}.outputs.${name}`, value])),
    }
  }
  const result = ran.code === 0 ? resolveAll(outputs, known) : {}
  return { ...ran, outputs: result, summary: readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8') }
}
