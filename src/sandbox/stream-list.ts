import type { InvitationData } from './types.js'

/** Invitations per block: a change re-renders one block, not the whole list. */
const BLOCK = 1000

const COMMA = Buffer.from(',')
const OPEN = Buffer.from('[')
const CLOSE = Buffer.from(']')

/** Earlier contents by place; undefined if there was nothing yet. */
export type Past = ReadonlyMap<number, InvitationData | undefined>

/** The JSON text of a list of invitations, cached in blocks. */
export interface ListBody {
  /** With `status`, only invitations that have it. */
  render(status: string | null, past: Past): readonly Buffer[]
  /** Call for every place that was written to. */
  changed(place: number): void
}

export function createListBody(invitations: readonly InvitationData[]): ListBody {
  const kept = new Map<string | null, (Buffer | undefined)[]>()

  const renderBlock = (block: number, status: string | null, past: Past): Buffer => {
    const texts: string[] = []
    const end = Math.min(invitations.length, (block + 1) * BLOCK)
    for (let place = block * BLOCK; place < end; place += 1) {
      const invitation = past.has(place) ? past.get(place) : invitations[place]
      if (invitation !== undefined && (status === null || invitation.status === status)) {
        texts.push(JSON.stringify(invitation))
      }
    }
    return Buffer.from(texts.join(','))
  }

  const keptBlock = (block: number, status: string | null): Buffer => {
    const blocks = kept.get(status) ?? []
    kept.set(status, blocks)
    const body = blocks[block] ?? renderBlock(block, status, new Map())
    blocks[block] = body
    return body
  }

  return {
    render: (status, past) => {
      const touched = new Set([...past.keys()].map(place => Math.floor(place / BLOCK)))
      const body: Buffer[] = []
      for (let block = 0; block * BLOCK < invitations.length; block += 1) {
        const part = touched.has(block) ? renderBlock(block, status, past) : keptBlock(block, status)
        if (part.length > 0) body.push(body.length === 0 ? OPEN : COMMA, part)
      }
      return body.length === 0 ? [OPEN, CLOSE] : [...body, CLOSE]
    },
    changed: place => {
      for (const blocks of kept.values()) blocks[Math.floor(place / BLOCK)] = undefined
    },
  }
}
