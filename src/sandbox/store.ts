import type { StaleFault } from './faults.js'
import { createListBody, type ListBody, type Past } from './stream-list.js'
import {
  addressKey,
  type CloudData,
  type InvitationData,
  type MemberData,
  type RecordedEffect,
  type SandboxData,
} from './types.js'

/** Remembers what changes replaced, so that a read can return earlier data. */
class History<Replaced> {
  readonly #changes: { readonly replaced: Replaced; readonly reads: number }[] = []
  #reads = 0

  add(replaced: Replaced): void {
    this.#changes.push({ replaced, reads: this.#reads })
  }

  /** Counts a read, and returns what the changes hidden from it replaced, the oldest first. */
  read(stale: StaleFault | null): readonly Replaced[] {
    const reads = this.#reads++
    if (stale === null) return []
    const hidden =
      'changes' in stale
        ? this.#changes.slice(Math.max(0, this.#changes.length - stale.changes))
        : this.#changes.filter(change => reads - change.reads < stale.reads)
    return hidden.map(({ replaced }) => replaced)
  }
}

const USER_ROLE = 50

/** Whether a member has joined: somebody who was only invited has no id, and does not keep a cloud alive. */
const isThere = ({ id }: MemberData): boolean => id !== null

/** The clouds and their members. Every change creates a new list, so that a stale read returns an older one. */
export class CloudStore {
  #all: readonly CloudData[]
  readonly #history = new History<readonly CloudData[]>()

  constructor(clouds: readonly CloudData[]) {
    this.#all = clouds
  }

  /** The current clouds; does not count as a read. */
  get all(): readonly CloudData[] {
    return this.#all
  }

  /** All clouds, including hidden ones, as one read. */
  read(stale: StaleFault | null): readonly CloudData[] {
    return this.#history.read(stale)[0] ?? this.#all
  }

  hasMember(email: string): boolean {
    const key = addressKey(email)
    return this.#all.some(({ members }) => members.some(member => isThere(member) && addressKey(member.email) === key))
  }

  /** Removes somebody from every cloud, and deletes the clouds in which nobody else has joined. */
  remove(email: string): void {
    const key = addressKey(email)
    const isThem = (member: MemberData): boolean => addressKey(member.email) === key
    this.#change(
      this.#all.flatMap(cloud => {
        if (!cloud.members.some(isThem)) return [cloud]
        const members = cloud.members.filter(member => !isThem(member))
        const wasThere = cloud.members.some(member => isThem(member) && isThere(member))
        return wasThere && !members.some(isThere) ? [] : [{ ...cloud, members }]
      }),
    )
  }

  /** Makes a user a member of the cloud with that name, if there is one. */
  join(name: string, email: string, role = USER_ROLE): void {
    const key = addressKey(email)
    const place = this.#all.findIndex(cloud => cloud.name === name)
    const cloud = this.#all[place]
    if (cloud === undefined) return
    const isThem = (member: MemberData): boolean => addressKey(member.email) === key
    if (cloud.members.some(member => isThem(member) && isThere(member))) return
    const others = cloud.members.filter(member => !isThem(member))
    this.#change(
      this.#all.with(place, { ...cloud, members: [...others, { id: this.#idOf(key), email, cloud_role: role }] }),
    )
  }

  /** Adds a cloud, or replaces the one with its id. */
  put(cloud: CloudData): void {
    const place = this.#all.findIndex(({ id }) => id === cloud.id)
    this.#change(place === -1 ? [...this.#all, cloud] : this.#all.with(place, cloud))
  }

  #idOf(key: string): number {
    const members = this.#all.flatMap(cloud => cloud.members)
    const known = members.find(member => isThere(member) && addressKey(member.email) === key)
    return known?.id ?? 1 + members.reduce((most, { id }) => Math.max(most, id ?? 0), 0)
  }

  #change(next: readonly CloudData[]): void {
    this.#history.add(this.#all)
    this.#all = next
  }
}

/**
 * The provider's data in memory. Remembers what each change replaced, so that a read can return earlier data.
 * Enforces nothing: operations.ts decides what may be done with an invitation.
 */
export class SandboxStore {
  readonly #invitations: InvitationData[]
  readonly #places: Map<number, number>
  readonly #users: Map<string, string>
  readonly #list: ListBody
  /** `before` is undefined for an invitation that was added. */
  readonly #history = new History<readonly [place: number, before: InvitationData | undefined]>()
  readonly effects: RecordedEffect[] = []
  readonly clouds: CloudStore
  readonly #hadClouds: boolean

  constructor(data: SandboxData) {
    this.#invitations = [...data.invitations]
    this.#places = new Map(this.#invitations.map(({ id }, place) => [id, place]))
    this.#users = new Map(data.users.map(email => [addressKey(email), email]))
    this.clouds = new CloudStore(data.clouds ?? [])
    this.#hadClouds = data.clouds !== undefined
    this.#list = createListBody(this.#invitations)
  }

  data(): SandboxData {
    const clouds = this.#hadClouds || this.clouds.all.length > 0 ? { clouds: this.clouds.all } : {}
    return { invitations: [...this.#invitations], users: [...this.#users.values()], ...clouds }
  }

  /** The JSON text of the list, as one read. */
  list(status: string | null, stale: StaleFault | null): readonly Buffer[] {
    return this.#list.render(status, this.#past(stale))
  }

  /** One invitation, as one read. */
  read(id: number, stale: StaleFault | null): InvitationData | undefined {
    const past = this.#past(stale)
    const place = this.#places.get(id) ?? -1
    return past.has(place) ? past.get(place) : this.#invitations[place]
  }

  /** The current invitation; does not count as a read. */
  find(id: number): InvitationData | undefined {
    return this.#invitations[this.#places.get(id) ?? -1]
  }

  /** Adds an invitation, or replaces the one with its id. */
  put(invitation: InvitationData): void {
    const place = this.#places.get(invitation.id) ?? this.#invitations.length
    this.#history.add([place, this.#invitations[place]])
    this.#invitations[place] = invitation
    this.#places.set(invitation.id, place)
    this.#list.changed(place)
  }

  /** Whether the user has ever connected: they are in the data's users, or a member of a cloud. */
  hasUser(email: string): boolean {
    return this.#users.has(addressKey(email)) || this.clouds.hasMember(email)
  }

  /** Simulates a first connection. An existing user keeps their spelling. */
  addUser(email: string): void {
    const key = addressKey(email)
    if (this.hasUser(email)) return
    this.#users.set(key, email)
    for (const invitation of this.#invitations)
      if (invitation.status === 'A' && addressKey(invitation.email) === key) this.join(invitation)
  }

  /** Makes the invited user a member of the cloud. */
  join({ cloud_name, cloud_role, email }: InvitationData): void {
    this.clouds.join(cloud_name, email, cloud_role)
  }

  /** Also deletes every cloud in which they are alone. False if there is no such user. */
  removeUser(email: string): boolean {
    if (!this.hasUser(email)) return false
    this.#users.delete(addressKey(email))
    this.clouds.remove(email)
    return true
  }

  #past(stale: StaleFault | null): Past {
    // Newest first, so that the oldest of several changes at one place wins.
    return new Map(this.#history.read(stale).toReversed())
  }
}
