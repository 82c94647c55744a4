import { Clouds } from './clouds.js'
import type { StaleFault } from './faults.js'
import { createListBody, type ListBody, type Past } from './list-body.js'
import { addressKey, type Effect, type SandboxData, type WireInvitation } from './types.js'

interface Change {
  readonly place: number
  /** Undefined for an invitation that was added. */
  readonly before: WireInvitation | undefined
  /** How many reads there had been. */
  readonly reads: number
}

/**
 * The provider's data in memory. It keeps what each change replaced, so that a read can be answered as before it.
 * It judges nothing: what may be done with an invitation is decided in operations.ts.
 */
export class Store {
  readonly #invitations: WireInvitation[]
  readonly #places: Map<number, number>
  readonly #users: Map<string, string>
  readonly #list: ListBody
  readonly #changes: Change[] = []
  readonly #effects: Effect[] = []
  readonly clouds: Clouds
  readonly #hadClouds: boolean
  #reads = 0

  constructor(data: SandboxData) {
    this.#invitations = [...data.invitations]
    this.#places = new Map(this.#invitations.map(({ id }, place) => [id, place]))
    this.#users = new Map()
    for (const email of data.users) this.#users.set(addressKey(email), email)
    this.clouds = new Clouds(data.clouds ?? [])
    this.#hadClouds = data.clouds !== undefined
    this.#list = createListBody(this.#invitations)
  }

  get effects(): readonly Effect[] {
    return this.#effects
  }

  data(): SandboxData {
    const clouds = this.#hadClouds || this.clouds.all.length > 0 ? { clouds: this.clouds.all } : {}
    return { invitations: [...this.#invitations], users: [...this.#users.values()], ...clouds }
  }

  /** The JSON text of the list, as one read. */
  list(status: string | null, stale: StaleFault | null): readonly Buffer[] {
    const past = this.#past(stale)
    this.#reads += 1
    return this.#list.render(status, past)
  }

  /** One invitation, as one read. */
  read(id: number, stale: StaleFault | null): WireInvitation | undefined {
    const past = this.#past(stale)
    this.#reads += 1
    const place = this.#places.get(id)
    if (place === undefined) return undefined
    return past.has(place) ? past.get(place) : this.#invitations[place]
  }

  /** One invitation as it is; no read of the API's. */
  find(id: number): WireInvitation | undefined {
    const place = this.#places.get(id)
    return place === undefined ? undefined : this.#invitations[place]
  }

  /** Adds an invitation, or replaces the one with its id. */
  put(invitation: WireInvitation): void {
    const place = this.#places.get(invitation.id) ?? this.#invitations.length
    this.#changes.push({ place, before: this.#invitations[place], reads: this.#reads })
    this.#invitations[place] = invitation
    this.#places.set(invitation.id, place)
    this.#list.changed(place)
  }

  /** Whether they ever connected: a user of the data, or a member of a cloud. */
  hasUser(email: string): boolean {
    return this.#users.has(addressKey(email)) || this.clouds.hasMember(email)
  }

  /** A first connection. A user who is there already keeps the spelling they have. */
  addUser(email: string): void {
    const key = addressKey(email)
    if (this.hasUser(email)) return
    this.#users.set(key, email)
    for (const invitation of this.#invitations)
      if (invitation.status === 'A' && addressKey(invitation.email) === key) this.join(invitation)
  }

  /** Who is invited becomes a member of the cloud. */
  join({ cloud_name, cloud_role, email }: WireInvitation): void {
    this.clouds.join(cloud_name, email, cloud_role)
  }

  /** With every cloud in which they are alone. False where there is no such user. */
  removeUser(email: string): boolean {
    if (!this.hasUser(email)) return false
    this.#users.delete(addressKey(email))
    this.clouds.remove(email)
    return true
  }

  tookEffect(effect: Effect): void {
    this.#effects.push(effect)
  }

  #past(stale: StaleFault | null): Past {
    if (stale === null) return new Map()
    const hidden =
      'changes' in stale
        ? this.#changes.slice(Math.max(0, this.#changes.length - stale.changes))
        : this.#changes.filter(({ reads }) => this.#reads - reads < stale.reads)
    // Newest first, so that of several changes at one place the oldest has the last word.
    return new Map(hidden.toReversed().map(({ place, before }) => [place, before]))
  }
}
