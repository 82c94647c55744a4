import { ApiError } from '../model/api-error.js'
import type { CloudMember, CloudRef, Clouds, Listed, ObservedCloud, Unread } from '../model/clouds.js'

/** The calls needed from the API, retries included. Every failure is an `ApiError`. */
export interface CloudSource {
  clouds(): Promise<Listed<CloudRef>>
  members(cloud: number): Promise<Listed<CloudMember>>
}

export interface CloudReading {
  /** Maximum number of concurrent requests. */
  readonly parallelism: number
  readonly stop: AbortSignal
  /** Called after each cloud's members have been read. */
  onRead?(done: number, total: number): void
}

/**
 * Reads the list of clouds, then the members of each, concurrently. Whatever cannot be read does not fail the reading:
 * it is recorded as unread, with the reason.
 *
 * @throws ApiError if interrupted, or if there is no usable credential
 */
export async function readClouds(source: CloudSource, options: CloudReading): Promise<Clouds> {
  const { parallelism, stop, onRead } = options
  const list = await attempt(() => source.clouds(), stop)
  const refs = [...new Map(list.items.map(ref => [ref.id, ref])).values()]
  const clouds: ObservedCloud[] = []
  const queue = refs.entries()
  let done = 0
  const work = async () => {
    for (const [index, { id, name }] of queue) {
      const { unread, items } = await attempt(() => source.members(id), stop)
      clouds[index] = { id, name, unread, members: items }
      onRead?.(++done, refs.length)
    }
  }
  await Promise.all(Array.from({ length: Math.min(parallelism, refs.length) }, work))
  return { unread: list.unread, clouds }
}

async function attempt<T>(
  read: () => Promise<Listed<T>>,
  stop: AbortSignal,
): Promise<{ unread: Unread | null; items: readonly T[] }> {
  if (stop.aborted) throw new ApiError('Interrupted', { kind: 'network' })
  try {
    const { items, whole } = await read()
    return { unread: whole ? null : 'partial', items }
  } catch (error) {
    if (!(error instanceof ApiError) || error.kind === 'credentials' || stop.aborted) throw error
    return { unread: whyOf(error), items: [] }
  }
}

function whyOf({ status }: ApiError): Unread {
  if (status === 401) return '401'
  if (status === 403) return '403'
  return status === 404 ? '404' : 'failed'
}
