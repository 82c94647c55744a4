import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { startSandbox as start } from '../../src/sandbox/server.js'

/*
 * The sandbox in a process of its own, so that what it costs is not counted as the program's.
 */

export interface SandboxProcess {
  readonly env: Readonly<Record<string, string>>
  stop(): void
}

/** A member of every cloud. */
export const LEAVER = 'leaver@acme.example'

if (process.send && process.argv[2] === 'sandbox') {
  const invitations = Array.from({ length: Number(process.argv[3]) }, (_, index) => ({
    id: index + 1,
    client_id: 1,
    redirect_uri: '',
    cloud_name: 'Tower',
    cloud_role: 50,
    email: `user${index}@domain${index % 60}.example`,
    status: 'P',
  }))
  const clouds = Array.from({ length: Number(process.argv[5]) }, (_, index) => ({
    id: index + 1,
    name: `Cloud ${index + 1}`,
    members: [{ id: 1, email: LEAVER, cloud_role: 50 }],
  }))
  const sandbox = await start({ data: { invitations, users: [LEAVER], clouds }, latencyMs: Number(process.argv[4]) })
  process.send({ BIMDATA_API_URL: sandbox.url, BIMDATA_API_KEY: sandbox.apiKey })
  process.once('disconnect', () => process.exit())
}

export function startSandbox(pending: number, latencyMs: number, clouds = 0): Promise<SandboxProcess> {
  const child = fork(fileURLToPath(import.meta.url), ['sandbox', String(pending), String(latencyMs), String(clouds)])
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', code => reject(new Error(`the sandbox ended with ${code}`)))
    child.once('message', (env: Record<string, string>) =>
      resolve({
        env,
        stop: () => {
          if (child.connected) child.disconnect()
        },
      }),
    )
  })
}
