import type { StaleFault } from './faults.js'
import { addressKey, type CloudData, type CloudMember } from './types.js'

interface Change {
  readonly before: readonly CloudData[]
  /** How many reads there had been. */
  readonly reads: number
}

const USER_ROLE = 50

/** Whether somebody is there: who was only invited has no id, and does not keep a cloud alive. */
const isThere = ({ id }: CloudMember): boolean => id !== null

/** The clouds and their members. Every change makes a new list, so that a stale read is an older one. */
export class Clouds {
  #all: readonly CloudData[]
  readonly #changes: Change[] = []
  #reads = 0

  constructor(clouds: readonly CloudData[]) {
    this.#all = clouds
  }

  /** As they are; no read of the API's. */
  get all(): readonly CloudData[] {
    return this.#all
  }

  /** All of them, hidden ones included, as one read. */
  read(stale: StaleFault | null): readonly CloudData[] {
    const past = this.#past(stale)
    this.#reads += 1
    return past
  }

  hasMember(email: string): boolean {
    const key = addressKey(email)
    return this.#all.some(({ members }) => members.some(member => isThere(member) && addressKey(member.email) === key))
  }

  /** Takes somebody out of every cloud, and deletes those in which nobody else is. */
  remove(email: string): void {
    const key = addressKey(email)
    const isThem = (member: CloudMember): boolean => addressKey(member.email) === key
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
    const others = cloud.members.filter(member => addressKey(member.email) !== key)
    const member = cloud.members.find(found => addressKey(found.email) === key && isThere(found))
    if (member !== undefined) return
    const members = [...others, { id: this.#idOf(key), email, cloud_role: role }]
    this.#change(this.#all.with(place, { ...cloud, members }))
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
    this.#changes.push({ before: this.#all, reads: this.#reads })
    this.#all = next
  }

  #past(stale: StaleFault | null): readonly CloudData[] {
    if (stale === null) return this.#all
    const hidden =
      'changes' in stale
        ? this.#changes.slice(Math.max(0, this.#changes.length - stale.changes))
        : this.#changes.filter(({ reads }) => this.#reads - reads < stale.reads)
    return hidden[0]?.before ?? this.#all
  }
}
