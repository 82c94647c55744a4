import { constants } from 'node:buffer'
import { stat } from 'node:fs/promises'
import type { ValidateFunction } from 'ajv'
import { isNode, LineCounter, parseDocument, stringify } from 'yaml'
import { messageOf } from '../model/error.js'
import { readInput } from '../system/read-file.js'
import { writeDurably } from '../system/write-file.js'
import { checkData, type PlaceOf } from './data-check.js'
import type { InvitationData, SandboxData } from './types.js'

/** The longest string: parsing needs the file as one. */
const { MAX_STRING_LENGTH } = constants

const isJson = (path: string): boolean => path.toLowerCase().endsWith('.json')

/** A path may contain line breaks. */
const oneLine = (text: string): string => text.replace(/\p{Cc}/gu, ' ')

/** Parses a document with places. JSON is also YAML, so one parser finds the places of both. */
function parseWithPlaces(file: string, text: string): { readonly value: unknown; readonly placeOf: PlaceOf } {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const placeAt = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${line}:${col}`
  }
  const errors = document.errors.map(error => `${placeAt(error.pos[0])}: ${error.message}`)
  if (errors.length > 0) throw new Error(errors.join('\n'))
  const placeOf: PlaceOf = path => {
    const node = path.length === 0 ? document.contents : document.getIn(path, true)
    if (isNode(node) && node.range) return placeAt(node.range[0])
    return path.length === 0 ? file : placeOf(path.slice(0, -1))
  }
  return { value: document.toJS(), placeOf }
}

/** Parsing a million invitations takes a second, but a minute with places, so places are found only if needed. */
function parseJson(file: string, text: string): { readonly value: unknown; readonly placeOf: PlaceOf } | null {
  try {
    const value: unknown = JSON.parse(text)
    return { value, placeOf: path => parseWithPlaces(file, text).placeOf(path) }
  } catch {
    return null
  }
}

/** Reads a YAML or JSON data file. Errors name the file and, if known, the line and column. */
export async function readDataFile(file: string, validate: ValidateFunction<InvitationData>): Promise<SandboxData> {
  const bytes = await readInput(file, MAX_STRING_LENGTH).catch((error: unknown) => {
    throw new Error(`${oneLine(file)}: the data file cannot be read: ${oneLine(messageOf(error))}`, { cause: error })
  })
  if (bytes.length > MAX_STRING_LENGTH) throw new Error(`${file}: the data file is larger than 512 MiB`)
  const text = bytes.toString('utf8')
  const parsed = (isJson(file) ? parseJson(file, text) : null) ?? parseWithPlaces(file, text)
  return checkData(parsed.value, validate, parsed.placeOf)
}

/** Replaces the file atomically: a reader sees either the old data or the new. */
async function writeDataFile(file: string, data: SandboxData): Promise<void> {
  const text = isJson(file) ? `${JSON.stringify(data, null, 2)}\n` : stringify(data, { lineWidth: 0 })
  const mode = await stat(file).then(
    found => found.mode,
    () => 0o644,
  )
  await writeDurably(file, text, mode)
}

/** Minimum time from the start of one write to the start of the next. */
const PAUSE_MS = 500
/** The same as a multiple of the last write's duration, so that writing a large file does not take up all the time. */
const PAUSE_FACTOR = 4

export interface Saver {
  /** Call after each change. If the last write failed, schedules another and throws. */
  changed(): void
  /** Resolves once the current data is in the file; rejects if it cannot be written. */
  flush(): Promise<void>
}

/** Writes the data file soon after a change, at most twice a second, so that many changes share a write. */
export function createSaver(file: string, data: () => SandboxData): Saver {
  let dirty = false
  let failure: unknown = null
  let timer: NodeJS.Timeout | null = null
  let writing: Promise<void> = Promise.resolve()
  let nextAt = 0

  const write = async (): Promise<void> => {
    const began = performance.now()
    dirty = false
    failure = null
    await writeDataFile(file, data()).catch((error: unknown) => {
      dirty = true
      failure = error
    })
    nextAt = began + Math.max(PAUSE_MS, PAUSE_FACTOR * (performance.now() - began))
  }
  const begin = (): void => {
    timer = null
    writing = write().then(() => {
      if (dirty && failure === null) schedule()
    })
  }
  const schedule = (): void => {
    timer ??= setTimeout(begin, Math.max(0, nextAt - performance.now()))
  }

  return {
    changed() {
      dirty = true
      const failed = failure
      writing.then(schedule)
      if (failed !== null) throw failed
    },
    async flush() {
      await writing
      if (timer !== null) clearTimeout(timer)
      timer = null
      if (dirty) await write()
      if (failure !== null) throw failure
    },
  }
}
