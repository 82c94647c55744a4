import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { whoAmI } from '../system/process.js'
import type { AuditContext } from './entry.js'

/** The variables in which each CI system names its user, commit and run. The first that is set counts. */
const ACTOR = ['GITHUB_ACTOR', 'GITLAB_USER_LOGIN', 'BUILD_REQUESTEDFOREMAIL', 'CIRCLE_USERNAME', 'BUILD_USER_ID']
const COMMIT = [
  'GITHUB_SHA',
  'CI_COMMIT_SHA',
  'BUILD_SOURCEVERSION',
  'CIRCLE_SHA1',
  'BITBUCKET_COMMIT',
  'DRONE_COMMIT_SHA',
  'GIT_COMMIT',
]
const RUN = [
  'GITHUB_RUN_ID',
  'CI_JOB_ID',
  'BUILD_BUILDID',
  'CIRCLE_BUILD_NUM',
  'BITBUCKET_BUILD_NUMBER',
  'DRONE_BUILD_NUMBER',
  'BUILD_TAG',
]

const firstOf = (env: NodeJS.ProcessEnv, names: readonly string[]): string | null =>
  names.map(name => env[name]).find(Boolean) ?? null

/** Null outside CI. */
export function ciOf(env: NodeJS.ProcessEnv): AuditContext['ci'] {
  const [commit, run] = [firstOf(env, COMMIT), firstOf(env, RUN)]
  return commit === null && run === null ? null : { commit, run }
}

export function auditContextOf(env: NodeJS.ProcessEnv): AuditContext {
  return {
    run_id: randomUUID(),
    actor: firstOf(env, ACTOR) ?? whoAmI(),
    host: hostname(),
    ci: ciOf(env),
  }
}
