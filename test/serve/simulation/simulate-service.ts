import { CALM } from '../../simulation/faults.js'
import { Provider } from '../../simulation/provider.js'
import { createRandom, type Random } from '../../simulation/random.js'
import { createScheduler } from '../../simulation/scheduler.js'
import { Database } from './database.js'
import { type Running, startInstanceOn, type World } from './instance-in.js'
import { createMachine } from './machine.js'
import { drawScenario, type Happening, newInvitation, STORM_MS } from './scenario.js'
import { LEAD, STATE, Watch } from './watch.js'

export interface Outcome {
  /** Promises that were broken, each with what broke it. */
  readonly broken: readonly string[]
  readonly trace: readonly string[]
  /** What happened in it. */
  readonly met: ReadonlySet<string>
}

/** The longest that faults of the storm may still be felt: time-outs of 60 s, and waits of 120 s that the API asks for. */
const LONGEST_AFTERMATH_MS = 600_000

/** Runs one seed's world to its end: a storm, then calm. The same seed always runs the same way. */
export async function simulate(seed: number): Promise<Outcome> {
  const random = createRandom(seed)
  const scenario = drawScenario(random.fork('scenario'))
  const scheduler = createScheduler(2_000_000)
  const began = scheduler.now()
  const lines: string[] = []
  const broken: string[] = []
  const met = new Set<string>()
  const trace = (line: string) => lines.push(`${String(scheduler.now() - began).padStart(8)} ms  ${line}`)
  const world: World = {
    scenario,
    scheduler,
    provider: new Provider(scheduler, [], scenario.users),
    database: new Database(scheduler, random.fork('database'), trace),
    trace,
    manifestIsBad: false,
  }
  const report = (promise: string, detail: string) => {
    trace(`BROKEN: ${promise}: ${detail}`)
    broken.push(`${promise}: ${detail}`)
  }
  world.database.writeFailure = scenario.writeFailure
  const cluster = new Cluster(world, random, report, met)
  cluster.startAnother()
  cluster.startAnother()
  for (const happening of scenario.happenings)
    scheduler.after(happening.at, () => befall(happening, cluster, world, met))
  await until(began + STORM_MS, world)

  cluster.calm()
  await until(scheduler.now() + 30_000, world)
  // No webhook tells of this one: whoever works by the clock finds it.
  world.provider.put(newInvitation(99, random))
  const end = scheduler.now() + LONGEST_AFTERMATH_MS
  while (scheduler.now() < end && !cluster.isAtRest()) await until(scheduler.now() + 1_000, world)
  cluster.judgeRest(report)
  await cluster.stop(report)
  return { broken, trace: lines, met }
}

/** Lets time pass. */
async function until(time: number, { scheduler }: World): Promise<void> {
  scheduler.after(time - scheduler.now(), () => {})
  await scheduler.run(() => scheduler.now() >= time)
}

/** All instances that were ever started. */
class Cluster {
  readonly all: Running[] = []
  private stopped = false
  private readonly world: World
  private readonly random: Random
  private readonly report: (promise: string, detail: string) => void
  private readonly met: Set<string>

  constructor(world: World, random: Random, report: (promise: string, detail: string) => void, met: Set<string>) {
    this.world = world
    this.random = random
    this.report = report
    this.met = met
  }

  startAnother(): void {
    const { scenario, scheduler, database, trace } = this.world
    const started = scenario.instances[this.all.length]
    if (started === undefined || this.stopped) return
    const name = `instance ${this.all.length + 1}`
    const random = this.random.fork(name)
    const machine = createMachine(name, scheduler, started.fate, random.fork('jitter').next, trace)
    machine.killed.addEventListener('abort', () => {
      this.met.add(database.holder(STATE) === name ? 'killed at work' : 'killed')
      if (database.holder(LEAD) === name) this.met.add('killed while it leads')
      database.died(machine)
      // As whatever supervises it would.
      if (this.living().length < 1) scheduler.after(500, () => this.startAnother())
    })
    trace(`${name} starts`)
    const watch = new Watch(machine, database, this.report)
    this.all.push(startInstanceOn(machine, started, random, watch, this.world))
  }

  living(): readonly Running[] {
    return this.all.filter(({ machine }) => machine.isMeantToRun())
  }

  pick(whom: 'leader' | 'other'): Running | undefined {
    const leader = this.world.database.holder(LEAD)
    const isLeader = ({ machine }: Running) => machine.name === leader
    return this.living().find(running => isLeader(running) === (whom === 'leader'))
  }

  /** Nothing goes wrong from now on. */
  calm(): void {
    this.world.trace('calm')
    this.world.database.start()
    this.world.database.writeFailure = 0
    this.world.manifestIsBad = false
    if (this.living().length === 0) this.startAnother()
    for (const { machine, weather } of this.all) {
      machine.spare()
      machine.cutUntil = Math.min(machine.cutUntil, this.world.scheduler.now())
      Object.assign(weather, CALM)
    }
  }

  private undone(): readonly string[] {
    const { provider, scenario } = this.world
    const pending = provider.list().filter(({ email, status }) => status === 'pending' && !email.endsWith('@c.example'))
    const recorded = Object.keys(this.world.database.removals(STATE))
    const leaving = scenario.removals ? scenario.users.filter(email => !recorded.includes(email)) : []
    return [...pending.map(({ email }) => email), ...leaving]
  }

  isAtRest(): boolean {
    const [leader, ...others] = this.living().filter(({ status }) => status.leader)
    const idle = this.living().every(({ watch }) => watch.runs.at(-1)?.ended !== null && watch.isIdle())
    return this.undone().length === 0 && leader !== undefined && others.length === 0 && idle
  }

  judgeRest(report: (promise: string, detail: string) => void): void {
    const { database } = this.world
    const undone = this.undone()
    if (undone.length > 0) report('work goes on', `left undone: ${undone}`)
    const leaders = this.living().filter(({ status }) => status.leader)
    if (leaders.length !== 1) report('one works by the clock', `${leaders.length} lead`)
    if (leaders[0]?.machine.name !== database.holder(LEAD)) report('one works by the clock', 'it has no lock')
    for (const { watch } of this.living()) watch.atRest()
    const effects = this.world.provider.effects.map(({ operation, address }) => `${operation} ${address}`)
    const twice = effects.filter((effect, at) => effects.indexOf(effect) !== at)
    if (twice.length > 0) report('no effect twice', twice.join())
    for (const { watch } of this.all)
      for (const { triggers } of watch.runs) for (const each of triggers) this.met.add(each)
  }

  /** SIGTERM to all; a minute is more than what is in flight takes now. */
  async stop(report: (promise: string, detail: string) => void): Promise<void> {
    const { database, scheduler } = this.world
    this.stopped = true
    const last = this.living()
    for (const { machine } of last) machine.terminate()
    await until(scheduler.now() + 60_000, this.world)
    for (const { machine, hasEnded } of last)
      if (machine.alive() && !hasEnded()) report('a stop ends all', machine.name)
    if (database.sessions() > 0) report('a stop ends all', `${database.sessions()} sessions are left`)
  }
}

function befall(happening: Happening, cluster: Cluster, world: World, met: Set<string>): void {
  const { scheduler, provider, database, trace } = world
  met.add(happening.kind)
  switch (happening.kind) {
    case 'invited':
      trace(`invited: ${happening.invitations.map(({ id, email }) => `${email} (${id})`).join(', ')}`)
      for (const invitation of happening.invitations) provider.put(invitation)
      for (const [at, count] of happening.calls.entries())
        for (let call = 0; call < count; call++) cluster.living()[at]?.loop.trigger('webhook')
      break
    case 'kill':
    case 'terminate': {
      const { machine } = cluster.pick(happening.whom) ?? {}
      if (machine === undefined) break
      machine[happening.kind]()
      const { restartMs } = happening
      if (restartMs !== null || cluster.living().length === 0)
        scheduler.after(restartMs ?? 1_000, () => cluster.startAnother())
      break
    }
    case 'freeze':
      cluster.pick(happening.whom)?.machine.freeze(happening.ms, happening.suspended)
      break
    case 'clock':
      cluster.pick(happening.whom)?.machine.setClock(happening.ms)
      break
    case 'cut': {
      const { machine } = cluster.pick(happening.whom) ?? {}
      if (machine === undefined) break
      trace(`${machine.name} is cut off for ${happening.ms} ms`)
      machine.cutUntil = scheduler.now() + happening.ms
      break
    }
    case 'database':
      database.stop()
      scheduler.after(happening.ms, () => database.start())
      break
    case 'session':
      database.terminate(happening.state === 'lead' ? LEAD : STATE)
      break
    case 'manifest':
      trace('the manifest is bad')
      badFor(happening.ms, cluster, world)
      break
    case 'hang-up':
      cluster.pick(happening.whom)?.loop.trigger('signal')
      break
    default:
      happening satisfies never
  }
}

function badFor(ms: number, cluster: Cluster, world: World): void {
  const changed = () => {
    for (const { loop } of cluster.living()) loop.trigger('manifest')
  }
  world.manifestIsBad = true
  changed()
  world.scheduler.after(ms, () => {
    world.manifestIsBad = false
    world.trace('the manifest is good')
    changed()
  })
}
