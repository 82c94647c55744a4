import type { Plan, Summary, Unchanged } from '../model/plan.js'
import type { Trigger } from './loop.js'
import type { RunResult } from './metrics.js'

export interface RunRecord {
  /** RFC 3339, UTC. */
  readonly started: string
  readonly duration_ms: number
  readonly triggers: readonly Trigger[]
  readonly result: RunResult
  /** One or more lines of readable text. */
  readonly message: string
}

/** `GET /status`. Contains no secrets: only what a plan shows, and how the runs ended. */
export interface StatusDocument {
  readonly format_version: '1.0'
  readonly version: string
  readonly api_url: string
  readonly state: string | null
  readonly leader: boolean
  readonly ready: boolean
  /** Why it is not ready. */
  readonly problem: string | null
  readonly removals: boolean
  readonly dry_run: boolean
  readonly started: string
  readonly consecutive_failures: number
  /** The latest runs, newest first. */
  readonly runs: readonly RunRecord[]
  readonly plan: {
    readonly digest: string
    readonly timestamp: string
    readonly summary: Summary
    readonly refused: readonly string[]
    readonly warnings: readonly string[]
  } | null
  /** Only the first ones. */
  readonly unmatched: readonly Unchanged['before'][]
}

interface Facts {
  readonly version: string
  readonly apiUrl: string
  readonly removals: boolean
  readonly dryRun: boolean
}

const KEPT_RUNS = 20
const KEPT_UNMATCHED = 200

/** What users and probes see. Runs change it; requests only read it. */
export class ServiceStatus {
  leader = false
  failures = 0
  state: string | null = null
  /** Null if the manifest, the state and the API could be read at the last attempt, or another instance has the lead. */
  problem: string | null = 'It is still starting.'
  private plan: Plan | null = null
  private runs: readonly RunRecord[] = []
  private readonly started = new Date().toISOString()

  private readonly facts: Facts

  constructor(facts: Facts) {
    this.facts = facts
  }

  /** Drops everything that needs no change, except for the first unmatched invitations. */
  planned(plan: Plan): void {
    const unmatched = plan.unchanged.filter(({ why }) => why === 'unmatched').slice(0, KEPT_UNMATCHED)
    this.plan = { ...plan, unchanged: unmatched }
  }

  ran(run: RunRecord): void {
    this.runs = [run, ...this.runs].slice(0, KEPT_RUNS)
  }

  current(): Plan | null {
    return this.plan
  }

  document(): StatusDocument {
    const { plan, facts } = this
    return {
      format_version: '1.0',
      version: facts.version,
      api_url: facts.apiUrl,
      state: this.state,
      leader: this.leader,
      ready: this.problem === null,
      problem: this.problem,
      removals: facts.removals,
      dry_run: facts.dryRun,
      started: this.started,
      consecutive_failures: this.failures,
      runs: this.runs,
      plan:
        plan === null
          ? null
          : {
              digest: plan.digest,
              timestamp: plan.timestamp,
              summary: plan.summary,
              refused: plan.refused.map(({ message }) => message),
              warnings: plan.warnings.slice(0, KEPT_UNMATCHED).map(({ message }) => message),
            },
      unmatched: plan?.unchanged.map(({ before }) => before) ?? [],
    }
  }
}
