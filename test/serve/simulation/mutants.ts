import type { Mutant } from '../../simulation/mutants.js'

const one = (file: string, find: string, replace: string) => [{ file, find, replace }]

const LOOP = 'serve/loop.ts'
const LEADER = 'serve/leader.ts'
const INSTANCE = 'commands/serve/instance.ts'
const RUN = 'commands/serve/reconcile-run.ts'
const APPLY = 'commands/shared/apply-once.ts'
const LOCK = 'state/postgres-lock.ts'

/** Ways to break serve, and the promise that is then to be found broken. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: 'what comes during a run is forgotten',
    patches: one(
      LOOP,
      'pending.clear()\n      const done = await deps.run(triggers)',
      'const done = await deps.run(triggers)\n      pending.clear()',
    ),
    breaks: 'a trigger is followed by a run',
  },
  {
    name: 'a trigger waits for the interval',
    patches: one(LOOP, '      pending.add(trigger)\n      wake.abort()', '      pending.add(trigger)'),
    breaks: 'a trigger is followed by a run at once',
  },
  {
    name: 'a failed run is repeated at once',
    patches: one(LOOP, 'FIRST_BACK_OFF_MS * 2 **', '0 * 2 **'),
    breaks: 'the pace is kept',
  },
  {
    name: 'the back-off does not grow',
    patches: one(LOOP, '2 ** Math.min(failures - 1, 30)', '1'),
    breaks: 'the pace is kept',
  },
  {
    name: 'missed intervals are made up for',
    patches: [
      {
        file: LOOP,
        find: 'const until = deps.now() + pauseMs()',
        replace: 'const until = (due = (failures === 0 ? due : deps.now()) + pauseMs())',
      },
      { file: LOOP, find: '  let failures = 0\n', replace: '  let failures = 0\n  let due = deps.now()\n' },
    ],
    breaks: 'the pace is kept',
  },
  {
    name: 'the next run does not wait for the last',
    patches: one(LOOP, 'const done = await deps.run(triggers)', 'const done = true\n      void deps.run(triggers)'),
    breaks: 'one run at a time',
  },
  {
    name: 'a stop does not end the loop',
    patches: [
      { file: LOOP, find: '      if (deps.stop.aborted) break\n', replace: '' },
      {
        file: LOOP,
        find: "deps.stop.addEventListener('abort', onStop, { once: true })",
        replace: 'pending.add("signal")',
      },
    ],
    breaks: 'nothing begins after a stop',
  },
  {
    name: 'a lead that was lost is not taken again',
    patches: one(LEADER, '      await leadership.release()\n', '      return await leadership.release()\n'),
    breaks: 'work goes on',
  },
  {
    name: 'after an error no lead is taken any more',
    patches: one(LEADER, '      await deps.sleep(RETRY_MS, deps.stop)\n', '      return\n'),
    breaks: 'work goes on',
  },
  {
    name: 'the lead that is lost is kept in mind',
    patches: one(LEADER, 'if (!deps.stop.aborted) deps.onChange(false)', ''),
    breaks: 'one works by the clock',
  },
  {
    name: 'the lead is not given back',
    patches: one(LEADER, '      await leadership.release()\n', ''),
    breaks: 'a stop ends all',
  },
  {
    name: 'who stands by works by the clock',
    patches: one(INSTANCE, '!status.leader && triggers.every', 'false && triggers.every'),
    breaks: 'one works by the clock',
  },
  {
    name: 'who stands by takes no webhook',
    patches: one(INSTANCE, "!status.leader && triggers.every(trigger => trigger === 'interval')", '!status.leader'),
    breaks: 'a trigger is followed by a run',
  },
  {
    name: 'a new leader waits for the interval',
    patches: one(INSTANCE, "if (isLeader) loop.trigger('start')", ''),
    breaks: 'a trigger is followed by a run at once',
  },
  {
    name: "the lead is the state's own lock",
    patches: one(INSTANCE, 'config.name} (serve) ', 'config.name}'),
    breaks: 'work goes on',
  },
  {
    name: 'a bad manifest leaves the last good one in use',
    patches: [
      {
        file: RUN,
        find: 'const loaded = await sources.load()',
        replace:
          'const loaded = (deps.connection.good = await sources.load().catch(error => deps.connection.good ?? Promise.reject(error)))',
      },
    ],
    breaks: 'a bad manifest does nothing',
  },
  {
    name: 'runs take no lock',
    patches: one('commands/shared/open-state.ts', 'if (noLock) {', 'if (true) {'),
    breaks: 'nothing starts without proof',
  },
  {
    name: 'a lock that another has is taken for its own',
    patches: [
      { file: 'state/postgres.ts', find: 'if (got?.ours !== true) {', replace: 'if (false) {' },
      { file: LOCK, find: 'return row.held ? null', replace: 'return true ? null' },
    ],
    breaks: 'never two at work',
  },
  {
    name: 'no request asks whether the lock is held',
    patches: [
      { file: APPLY, find: '(await limiter.acquire(stop)) && isHeld()', replace: 'limiter.acquire(stop)' },
      {
        file: APPLY,
        find: 'executeDeps(deps, lock.lost, audit)',
        replace: 'executeDeps(deps, new AbortController().signal, audit)',
      },
    ],
    breaks: 'nothing starts without proof',
  },
  {
    name: 'a lock is believed for a minute without proof',
    patches: [
      { file: LOCK, find: 'PROVE_EVERY_MS + PROOF_TIMEOUT_MS', replace: '60_000' },
      { file: LOCK, find: 'const PROOF_TIMEOUT_MS = 2_000', replace: 'const PROOF_TIMEOUT_MS = 60_000' },
    ],
    breaks: 'nothing starts without proof',
  },
  {
    name: 'a suspended machine is not noticed',
    patches: one(
      LOCK,
      'Math.max(monotonic - proven.monotonic, wall - proven.wall)',
      'monotonic - proven.monotonic + 0 * (wall - proven.wall)',
    ),
    breaks: 'nothing starts without proof',
  },
  {
    name: 'removals are not remembered',
    patches: one(
      'execute/settle-removal.ts',
      "await remember(action, kind === 'done' ? 'removed' : 'absent', digest, run)",
      '',
    ),
    breaks: 'work goes on',
  },
  {
    name: 'what is remembered is not read',
    patches: one(
      'commands/shared/read-world.ts',
      'const records = await store.read()',
      'const records = (await store.read()) && new Map()',
    ),
    breaks: 'what is recorded as removed is not removed again',
  },
]
