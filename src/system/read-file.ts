import { close, constants, createReadStream, fstat, open } from 'node:fs'
import { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'

/** How long to wait for the first byte of a named pipe: there may be no writer. */
const PIPE_TIMEOUT_MS = 5000

/** Inherited descriptors, as in `-f <(command)`: their writer exists and may take its time. */
const INHERITED = /^\/(dev\/(fd\/\d+|stdin)|proc\/(self|\d+)\/fd\/\d+)$/

/**
 * Reads a file or a pipe. Never waits for something that may never come.
 * @throws system errors, and an `Error` for a device or a pipe without a writer; so does the stream
 */
export async function openInput(path: string): Promise<Readable> {
  // Does not wait for the writer of a pipe, and does not make a terminal our controlling terminal.
  const fd = await promisify(open)(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0))
  try {
    const stat = await promisify(fstat)(fd)
    if (stat.isFIFO()) return pipe(fd, INHERITED.test(path))
    if (!stat.isFile() && !stat.isDirectory()) throw new Error('it is a device, not a file')
  } catch (error) {
    close(fd, () => {})
    throw error
  }
  return createReadStream('', { fd, highWaterMark: 2 ** 20 })
}

/** At most `limit` + 1 bytes; the extra one shows that there is more. @throws as `openInput` */
export async function readInput(path: string, limit: number): Promise<Buffer> {
  return readStream(await openInput(path), limit)
}

/** At most `limit` + 1 bytes of a stream. */
export async function readStream(stream: Readable, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of stream) {
    const bytes: Uint8Array = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    chunks.push(bytes)
    size += bytes.byteLength
    if (size > limit) break
  }
  return Buffer.concat(chunks).subarray(0, limit + 1)
}

function pipe(fd: number, inherited: boolean): Readable {
  const socket = new Socket({ fd, readable: true, writable: false })
  if (inherited) return socket
  const timer = setTimeout(() => socket.destroy(new Error('it is a pipe that nobody writes to')), PIPE_TIMEOUT_MS)
  const here = () => clearTimeout(timer)
  return socket.once('readable', here).once('end', here).once('close', here)
}
