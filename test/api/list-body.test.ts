import t from 'tap'
import { readInvitations } from '../../src/api/list-body.js'
import { ApiError } from '../../src/model/api-error.js'
import type { Invitation } from '../../src/model/invitation.js'
import { collect } from '../helpers/collect.js'
import fc from '../helpers/properties.js'

const LIMITS = { maxBytes: 2 ** 31, maxDepth: 32 }

async function* chunksOf(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0
  for (let n = 0; at < bytes.length; n++) {
    const size = Math.max(1, sizes[n % sizes.length] ?? 1)
    yield bytes.subarray(at, at + size)
    at += size
  }
}

async function read(
  text: string | Buffer,
  sizes: readonly number[] = [65_536],
  limits = LIMITS,
): Promise<Invitation[]> {
  return collect(readInvitations(chunksOf(Buffer.from(text), sizes), limits))
}

const wire = (id: number, email: string, more: object = {}) => ({
  id,
  client_id: 1,
  redirect_uri: '',
  cloud_name: 'Tower',
  cloud_role: 50,
  email,
  status: 'P',
  ...more,
})

/** Text that looks like the borders at which a body is cut. */
const hostile = fc
  .array(fc.constantFrom('},', '{', '"', '\\', '],[', '}, {', ',', 'é', '😀', ' ', '\n'), { maxLength: 12 })
  .map(parts => parts.join(''))

t.test('any list, in any chunks, is read as JSON.parse reads it', async () => {
  const items = fc.array(fc.tuple(fc.nat(), hostile, fc.option(fc.jsonValue({ maxDepth: 3 }), { nil: undefined })), {
    maxLength: 40,
  })
  await fc.assert(
    fc.asyncProperty(
      items,
      fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }),
      fc.constantFrom(0, 2),
      async (rows, sizes, indent) => {
        const list = rows.map(([id, email, extra]) => wire(id, email, { extra }))
        const found = await read(JSON.stringify(list, null, indent), sizes)
        return (
          JSON.stringify(found.map(({ id, email }) => [id, email])) ===
          JSON.stringify(list.map(({ id, email }) => [id, email]))
        )
      },
    ),
    { numRuns: 300 },
  )
})

t.test('lists of several batches, whatever stands in their strings', async t => {
  for (const email of ['plain@acme.example', '},{"id":1},', '"},"', ', } , {', '😀'.repeat(20)]) {
    const list = Array.from({ length: 5000 }, (_, id) => wire(id, `${email}${id}`))
    for (const indent of [0, 2]) {
      const found = await read(JSON.stringify(list, null, indent), [65_536])
      t.strictSame(
        found.map(({ id }) => id),
        list.map(({ id }) => id),
        JSON.stringify(email),
      )
      t.equal(found[4999]?.email, `${email}4999`)
    }
  }
})

const big = JSON.stringify(Array.from({ length: 3000 }, (_, id) => wire(id, `person${id}@acme.example`)))

const BROKEN: readonly (readonly [string, string, RegExp])[] = [
  ['an empty body', '', /empty/],
  ['blanks only', ' \n ', /empty/],
  ['a web page', `<html>${' '.repeat(600_000)}</html>`, /web page/],
  ['an object', '{"results": []}', /an object where a list/],
  ['null', 'null', /null where a list/],
  ['cut short in the first batch', '[{"id": 1', /cut short/],
  ['cut short in a later batch', big.slice(0, -20), /cut short/],
  ['cut short between items', `${big.slice(0, -1)},`, /cut short|comma/],
  ['a comma at the end', `${big.slice(0, -1)},]`, /not JSON/],
  ['two lists', `${big}${big}`, /not JSON/],
  ['rubbish after the list', `${big} x`, /not JSON/],
  ['rubbish in the middle', big.replace('"id":1500', '"id":15x00'), /not JSON/],
  ['an item that is none', big.replace(/\{"id":1500,/, '7,{"id":1500,'), /index 1500/],
  ['a list within the list', `[${big}]`, /index 0/],
  ['one item without end', `[{"id": 1, "email": "${'},'.repeat(9_000_000)}`, /no invitation ends/],
  ['brackets without end', '['.repeat(20_000_000), /nested deeper/],
]

for (const [name, body, message] of BROKEN) {
  t.test(`${name}: an error in plain words`, async t => {
    await t.rejects(read(body), { name: 'ApiError', message })
  })
}

t.test('nested past the limit within an item', async t => {
  const deep = '['.repeat(40) + ']'.repeat(40)
  const list = `[${JSON.stringify(wire(1, 'a@b')).slice(0, -1)},"extra":${deep}}]`
  await t.rejects(read(list), { message: /nested deeper than 32/ })
  await t.resolves(read(list, [10], { ...LIMITS, maxDepth: 50 }))
})

t.test('past the size limit nothing more is read', async t => {
  let asked = 0
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) {
      asked++
      yield Buffer.from(big.slice(0, -1))
    }
  }
  const reading = collect(readInvitations(endless(), { ...LIMITS, maxBytes: 10_000 }))
  await t.rejects(reading, ApiError)
  t.equal(asked, 1)
})

t.test('bytes that are not UTF-8', async t => {
  const bytes = Buffer.from(big)
  bytes[bytes.indexOf('person1500')] = 0xff
  await t.rejects(read(bytes), { message: /not UTF-8|not JSON/ })
})
