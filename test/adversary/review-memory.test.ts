import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import t, { type Test } from 'tap'
import { assertCivil, folderOf, run } from './fixtures/run.js'

/*
 * Many people in three clouds each, as invitations and as members: a review of them needs no more memory than a plan's report
 * of as many changes.
 */

/** `npm run endurance` has 100,000. */
const PEOPLE = process.env.GUESTLIST_RUNS === undefined ? 40_000 : 100_000
const CLOUDS = [1, 2, 3]

/** Writes a JSON list as fast as it is read. */
async function send(response: ServerResponse, count: number, itemOf: (index: number) => object): Promise<void> {
  function* pieces(): Generator<string> {
    for (let from = 0; from < count; from += 1000) {
      const items = Array.from({ length: Math.min(1000, count - from) }, (_, k) => JSON.stringify(itemOf(from + k)))
      yield `${from === 0 ? '[' : ','}${items.join(',')}`
    }
    yield ']'
  }
  response.setHeader('content-type', 'application/json')
  // Who reads may have gone.
  await pipeline(Readable.from(pieces()), response).catch(() => undefined)
}

const invitationOf = (status: string) => (index: number) => ({
  id: index + 1,
  client_id: 12,
  redirect_uri: '',
  cloud_name: `Cloud ${1 + (index % CLOUDS.length)}`,
  cloud_role: 50,
  email: `person${Math.floor(index / CLOUDS.length)}@acme.example`,
  status,
})

const memberOf = (index: number) => ({
  id: index + 1,
  email: `person${index}@acme.example`,
  firstname: 'Ann',
  lastname: 'Martin',
  cloud_role: 50,
})

async function serve(t: Test, status: string): Promise<string> {
  const server = createServer((request, response) => {
    const { url = '' } = request
    if (url.startsWith('/identity-provider/')) void send(response, CLOUDS.length * PEOPLE, invitationOf(status))
    else if (url.endsWith('/user')) void send(response, PEOPLE, memberOf)
    else void send(response, CLOUDS.length, index => ({ id: index + 1, name: `Cloud ${index + 1}` }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

t.test(`${PEOPLE} people in three clouds: html, csv and json within the memory of a plan’s report`, async t => {
  const measure = async (args: readonly string[], status: string) => {
    const url = await serve(t, status)
    const outcome = await run([...args, '--no-color', '--log-level', 'error'], {
      cwd: folderOf(t, { 'guestlist.yaml': 'apiVersion: guestlist/v1\ninvitations:\n  unmatched: accept\n' }),
      waitMs: 400_000,
      env: { BIMDATA_API_URL: url, BIMDATA_API_KEY: 'some-key' },
    })
    // RFC 4180 ends lines with CR LF.
    assertCivil(t, { ...outcome, stdout: outcome.stdout.replaceAll('\r\n', '\n') }, args.join(' '))
    t.equal(outcome.code, 0, outcome.stderr.slice(0, 300))
    return outcome
  }
  const report = await measure(['plan', '--format', 'html'], 'P')
  for (const format of ['html', 'csv', 'json']) {
    const { peak, stdout } = await measure(['review', '--format', format], 'A')
    t.comment(`${format}: ${peak.toFixed(0)} MiB of a plan's ${report.peak.toFixed(0)} MiB`)
    t.ok(peak <= report.peak, `${format}: ${peak.toFixed(0)} MiB, a plan's report ${report.peak.toFixed(0)} MiB`)
    t.match(stdout.slice(0, 200), /^<!DOCTYPE|^email,cloud|^\{\n {2}"format_version"/)
  }
})
