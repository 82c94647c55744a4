import type { Patch } from '../helpers/patched.js'

/** One way to break apply, and the promise that is then to be found broken. */
export interface Mutant {
  readonly name: string
  readonly patches: readonly Patch[]
  readonly breaks: string
}

const INVITATION = 'execute/settle-invitation.ts'
const REMOVAL = 'execute/settle-removal.ts'
const EXECUTE = 'execute/execute.ts'

const REMEMBER = "await remember(action, kind === 'done' ? 'removed' : 'absent', digest, run)"
/** Writes wait in a list of the run. */
const REMEMBER_LATER = `const late = (run.late ??= []); late.push(() => ${REMEMBER.slice('await '.length)})`

const one = (file: string, find: string, replace: string): readonly Patch[] => [{ file, find, replace }]

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'an unclear answer is repeated without reading',
    patches: one(INVITATION, 'if (unclear) {', 'if (unclear && last) {'),
    breaks: 'no repeat without a read',
  },
  {
    name: 'a read that shows nothing done is taken for success',
    patches: one(INVITATION, "if (reading === 'as-wanted')", "if (typeof reading === 'string')"),
    breaks: 'what is reported was done',
  },
  {
    name: 'too few approvals are no obstacle',
    patches: one(
      'commands/shared/apply-once.ts',
      'drifted, settings.expect) ?? unapproved',
      'drifted, settings.expect)',
    ),
    breaks: 'no removal without approval',
  },
  {
    name: 'an approval of another plan counts',
    patches: one('approval/judge.ts', "if (signed.digest !== wanted.digest) return 'other-digest'", ''),
    breaks: 'no removal without approval',
  },
  {
    name: "one person's two keys count twice",
    patches: one('approval/judge.ts', 'else if (sharesName(principals, names))', 'else if (false)'),
    breaks: 'no removal without approval',
  },
  {
    name: 'a saved plan needs no approval',
    patches: one(
      'commands/shared/apply-once.ts',
      'await deps.judge(planned)',
      "basis.kind === 'saved' ? { plan: planned, refusal: null } : await deps.judge(planned)",
    ),
    breaks: 'no removal without approval',
  },
  {
    name: 'no lock is taken',
    patches: one('commands/shared/open-state.ts', 'if (noLock) {', 'if (true) {'),
    breaks: 'apply holds the lock',
  },
  {
    name: 'the state is written after the next removal',
    patches: [
      { file: REMOVAL, find: REMEMBER, replace: REMEMBER_LATER },
      {
        file: EXECUTE,
        find: 'await progress.settled(await settle(action))',
        replace: `const result = await settle(action)
          run.late ??= []
          for (const write of run.late.splice(0, action === actions.at(-1) ? 9 : run.late.length - 1)) await write()
          await progress.settled(result)`,
      },
    ],
    breaks: 'a kill loses at most one removal',
  },
  {
    name: 'the state is written at the end',
    patches: [
      { file: REMOVAL, find: REMEMBER, replace: REMEMBER_LATER },
      {
        file: EXECUTE,
        find: 'await settleInOrder(removals, () => progress.anyFailed(), removing, run, progress)',
        replace: `await settleInOrder(removals, () => progress.anyFailed(), removing, run, progress)
          for (const write of run.late ?? []) await write()`,
      },
    ],
    breaks: 'a kill loses at most one removal',
  },
  {
    name: 'removals begin before failures are looked for',
    patches: one(EXECUTE, '() => progress.anyFailed(), removing', '() => false, removing'),
    breaks: 'no removal after a failure',
  },
  {
    name: 'the guards are asked after the first call',
    patches: one(
      'commands/shared/apply-once.ts',
      'if (refusal !== null) {',
      `if (refusal !== null) {
        await execute(plan, executeDeps(deps, lock.lost, audit), { ...settings, retry: connection.policy }, connection.limiter)`,
    ),
    breaks: 'a refused plan is not begun',
  },
  {
    name: 'a stale plan is applied',
    patches: one('commands/shared/apply-once.ts', 'if (drifted.length > 0) return stale(driftText(drifted))', ''),
    breaks: 'a stale plan is not begun',
  },
  {
    name: 'absent is reported as removed',
    patches: one(REMOVAL, "gone(unclear ? 'done' : 'absent')", "gone('done')"),
    breaks: 'what is reported was done',
  },
  {
    name: 'removed by an unclear attempt is reported as absent',
    patches: one(REMOVAL, "gone(unclear ? 'done' : 'absent')", "gone('absent')"),
    breaks: 'what was done is reported',
  },
  {
    name: 'a page of a proxy is taken for the word of the API',
    patches: one(REMOVAL, "kind === 'http' && status === wanted", 'status === wanted'),
    breaks: "only the API's own word counts",
  },
  {
    name: 'an API that cannot be reached is asked on and on',
    patches: one('execute/execution-context.ts', 'if (unreached === UNREACHED_LIMIT) halt', 'if (false) halt'),
    breaks: 'nothing starts after a stop',
  },
  {
    name: 'a stop is ignored',
    patches: one('execute/execution-context.ts', '    controller.abort()\n', ''),
    breaks: 'nothing starts after a stop',
  },
  {
    name: 'a removal is repeated after a stop',
    patches: one(REMOVAL, 'if (!(await run.limiter.acquire(run.stop)))', 'if (!(await run.limiter.acquire()))'),
    breaks: 'nothing starts after a stop',
  },
  {
    name: 'the verification is skipped',
    patches: one(
      EXECUTE,
      'await verify(plan, settled, run)',
      "{ results: settled, verification: { kind: 'verified', count: 0 } }",
    ),
    breaks: 'what was done is verified',
  },
  {
    name: 'what the verification shows is not reported',
    patches: one('execute/verify.ts', "{ ...result, outcome: { kind: 'confirmed' } }", 'result'),
    breaks: 'what was done is reported',
  },
  {
    name: 'denials and accepts begin together',
    patches: one(
      EXECUTE,
      'await settleAll(denials, run, progress)',
      'const denied = settleAll(denials, run, progress)',
    ),
    breaks: 'denials, then accepts, then removals',
  },
  {
    name: 'a 429 slows one worker',
    patches: [
      {
        file: 'execute/attempt.ts',
        find: 'if (error.status === 429) run.limiter.pause(delayMs)',
        replace: '',
      },
      { file: 'execute/attempt.ts', find: 'if (error.status !== 429)', replace: 'if (true)' },
    ],
    breaks: 'a 429 slows all workers',
  },
  {
    name: 'a repeat does not wait for its turn',
    patches: one(INVITATION, 'if (!(await run.limiter.acquire(run.stop)))', 'if (run.stop.aborted)'),
    breaks: 'the rate limit holds',
  },
  {
    name: 'invitations of users to remove are accepted',
    patches: one('reconcile/decide.ts', 'if (removal) return decideForRemoved(status, rules, removal)', ''),
    breaks: 'the next run finishes the work',
  },
]
