import type { Api } from '../../src/execute/api.js'
import { ApiError } from '../../src/model/api-error.js'
import { emailKey } from '../../src/model/email-address.js'
import { type Invitation, invitationOf, type Status } from '../../src/model/invitation.js'
import { type Course, drawCourse, type Weather } from './faults.js'
import type { Random } from './random.js'
import type { Process, Scheduler } from './scheduler.js'

export type Operation = 'accept' | 'deny' | 'remove'

/** A change that took effect. */
export interface Effect {
  readonly process: string
  readonly operation: Operation
  /** As a plan names it. */
  readonly address: string
  readonly at: number
}

/** Told of every request as it is sent, and as its end reaches the process. */
export interface Observer {
  sent(call: Operation | 'get' | 'list', address: string): void
  ended(call: Operation | 'get' | 'list', address: string, error: ApiError | null, answer: readonly Invitation[]): void
}

export const invitationAddress = (id: number): string => `bimdata_invitation.${id}`
export const userAddress = (email: string): string => `bimdata_user.${emailKey(email)}`

interface Change {
  readonly id: number
  readonly before: Invitation
}

/** The identity provider in memory: it behaves as the API's reference says, on a network of a given weather. */
export class Provider {
  readonly effects: Effect[] = []
  private readonly invitations = new Map<number, Invitation>()
  private readonly users = new Set<string>()
  private readonly changes: Change[] = []
  private readonly scheduler: Scheduler

  constructor(scheduler: Scheduler, invitations: readonly Invitation[], users: readonly string[]) {
    this.scheduler = scheduler
    for (const invitation of invitations) this.put(invitation)
    for (const user of users) this.users.add(emailKey(user))
  }

  put(invitation: Invitation): void {
    const before = this.invitations.get(invitation.id)
    if (before) this.changes.push({ id: invitation.id, before })
    this.invitations.set(invitation.id, invitation)
  }

  statusOf(id: number): string | undefined {
    return this.invitations.get(id)?.raw_status
  }

  knownStatus(id: number): Status {
    return this.invitations.get(id)?.status ?? 'unknown'
  }

  setStatus(id: number, status: string): void {
    const invitation = this.invitations.get(id)
    if (invitation && invitation.raw_status !== status) this.put(invitationOf({ ...invitation, status }))
  }

  /** Somebody else decides; whom they accept connects for the first time, and exists as a user from then on. */
  decideElsewhere(id: number, status: 'A' | 'D'): void {
    this.setStatus(id, status)
    const invitation = this.invitations.get(id)
    if (status === 'A' && invitation) this.users.add(emailKey(invitation.email))
  }

  list(stale = 0): readonly Invitation[] {
    const past = new Map(this.invitations)
    for (const { id, before } of this.changes.slice(this.changes.length - stale).toReversed()) past.set(id, before)
    return [...past.values()]
  }

  private carryOut(process: string, operation: Operation, address: string, target: number | string): void {
    const took = () => this.effects.push({ process, operation, address, at: this.scheduler.now() })
    if (typeof target === 'string') {
      if (!this.users.delete(emailKey(target))) throw refused(404)
      took()
      return
    }
    const status = this.invitations.get(target)?.raw_status
    if (status === undefined) throw refused(404)
    const wanted = operation === 'accept' ? 'A' : 'D'
    if (status === wanted || (operation === 'accept' && status === 'W')) return
    if (status !== 'P' && !(operation === 'accept' && status === 'D')) throw refused(400)
    this.setStatus(target, wanted)
    took()
  }

  /** The API as one process reaches it. */
  apiFor(process: Process, weather: Weather, random: Random, observer: Observer): Api {
    const mutate = (operation: Operation, address: string, target: number | string) => {
      const course = drawCourse(weather, random)
      const carryOut = () => this.carryOut(process.name, operation, address, target)
      return this.exchange(process, course, random, {
        sent: () => observer.sent(operation, address),
        effect: course.lie && operation !== 'remove' ? () => {} : carryOut,
        ended: error => observer.ended(operation, address, error, []),
      })
    }
    const done = async (exchange: Promise<void>): Promise<number> => exchange.then(() => 204)
    return {
      accept: id => done(mutate('accept', invitationAddress(id), id)),
      deny: id => done(mutate('deny', invitationAddress(id), id)),
      removeUser: email => done(mutate('remove', userAddress(email), email)),
      get: async id => {
        const invitation = await this.read('get', id, process, drawCourse(weather, random), random, observer)
        return { status: 200, invitation }
      },
      list: () => this.batches(process, drawCourse(weather, random), random, observer),
    }
  }

  private async *batches(
    process: Process,
    course: Course,
    random: Random,
    observer: Observer,
  ): AsyncGenerator<readonly Invitation[], void> {
    yield await this.readAll('list', '', () => this.list(course.stale), process, course, random, observer)
  }

  private async read(
    call: 'get',
    id: number,
    process: Process,
    course: Course,
    random: Random,
    observer: Observer,
  ): Promise<Invitation> {
    const look = () => this.list(course.stale).filter(invitation => invitation.id === id)
    const [found] = await this.readAll(call, invitationAddress(id), look, process, course, random, observer)
    if (!found) throw refused(404)
    return found
  }

  private async readAll(
    call: 'get' | 'list',
    address: string,
    look: () => readonly Invitation[],
    process: Process,
    course: Course,
    random: Random,
    observer: Observer,
  ): Promise<readonly Invitation[]> {
    let answer: readonly Invitation[] = []
    await this.exchange(process, course, random, {
      sent: () => observer.sent(call, address),
      effect: () => {
        answer = look()
      },
      ended: error => observer.ended(call, address, error, error === null ? answer : []),
    })
    return answer
  }

  /** One request: it is carried out whether or not its process lives to see the answer. */
  private exchange(process: Process, course: Course, random: Random, call: Exchange): Promise<void> {
    let error: ApiError | null = null
    call.sent()
    const lostWithSender = random.chance(0.5)
    if (course.effectMs !== null) {
      this.scheduler.after(course.effectMs, () => {
        if (!process.alive() && lostWithSender) return
        try {
          call.effect()
        } catch (thrown) {
          error = asApiError(thrown)
        }
      })
    }
    return process.later(course.answerMs, () => {
      const outcome = course.error ?? error
      call.ended(outcome)
      if (outcome !== null) throw outcome
    })
  }
}

interface Exchange {
  readonly sent: () => void
  readonly effect: () => void
  readonly ended: (error: ApiError | null) => void
}

const refused = (status: number): ApiError => new ApiError(`HTTP ${status}`, { kind: 'http', status })

function asApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown
  throw thrown
}
