import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { main } from '../../src/program/program.js'
import type { Sandbox, SandboxOptions } from '../../src/sandbox/options.js'
import { startSandbox } from '../../src/sandbox/server.js'
import type { InvitationData } from '../../src/sandbox/types.js'
import { testIo } from './command.js'
import { guestlist, type Ran, type RunOptions } from './guestlist.js'

export interface World {
  readonly folder: string
  readonly sandbox: Sandbox
  readonly env: Readonly<Record<string, string>>
  /** Runs the built program in the folder, with the sandbox's address and key. */
  run(args: readonly string[], options?: Partial<RunOptions>): Promise<Ran>
  /** Runs the command line in this process: faster, and the same except for streams and signals. */
  call(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ran>
  write(name: string, text: string): string
}

export const invitation = (
  id: number,
  email: string,
  status = 'P',
  rest: Partial<InvitationData> = {},
): InvitationData => ({
  id,
  client_id: 1,
  redirect_uri: 'https://example.invalid/',
  cloud_name: 'Tower A',
  cloud_role: 50,
  email,
  status,
  ...rest,
})

/** A folder with a manifest, and a sandbox with the given invitations. Both end with the test. */
export async function world(
  t: Test,
  manifest: string | null,
  invitations: readonly InvitationData[],
  options: SandboxOptions & { readonly users?: readonly string[] } = {},
): Promise<World> {
  const starting = startSandbox({ data: { invitations, users: options.users ?? [] }, ...options })
  // Before the folder is created: tap removes it before any later teardowns, which fails while a process still writes to
  // it, and then none of them runs.
  t.teardown(async () => (await starting).close())
  const folder = t.testdir()
  const sandbox = await starting
  const env = { BIMDATA_API_URL: sandbox.url, BIMDATA_API_KEY: sandbox.apiKey }
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  if (manifest !== null) write('guestlist.yaml', `apiVersion: guestlist/v1\n${manifest}`)
  return {
    folder,
    sandbox,
    env,
    write,
    async call(args, more = {}) {
      const io = testIo({ ...env, ...more })
      const code = await main(args, { ...io, cwd: folder })
      return { code, stdout: io.stdout.join(''), stderr: io.stderr.join('') }
    },
    run: (args, given = {}) => guestlist(args, { cwd: folder, ...given, env: { ...env, ...given.env } }),
  }
}
