import { fork } from 'node:child_process'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'

/*
 * A list of invitations, made once and served as it is, from a process of its own: what is measured is the reader.
 */

/** The first `changes` are pending and of domains that rules accept; the others need nothing. */
function bodyOf(invitations: number, changes: number): Buffer {
  const parts: string[] = []
  for (let id = 1; id <= invitations; id++) {
    const wanted = id <= changes
    const email = wanted ? `user${id}@domain${id % 60}.example` : `other${id}@elsewhere${id % 5000}.example`
    const status = wanted ? 'P' : ['A', 'D', 'P'][id % 3]
    parts.push(
      `{"id":${id},"client_id":12,"redirect_uri":"https://platform.example/","cloud_name":"Cloud ${id % 50}","cloud_role":50,"email":"${email}","project_name":"Project ${id % 300}","project_role":25,"status":"${status}","sender_provider_sub":"auth0|5f7c12"}`,
    )
  }
  return Buffer.from(`[${parts.join(',')}]`)
}

if (process.send) {
  const body = bodyOf(Number(process.argv[2]), Number(process.argv[3]))
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
    response.end(body)
  })
  server.listen(0, '127.0.0.1', () => process.send?.(server.address()))
  process.once('disconnect', () => process.exit())
}

export interface ListServer {
  readonly url: string
  close(): void
}

export function serveList(invitations: number, changes: number): Promise<ListServer> {
  const child = fork(fileURLToPath(import.meta.url), [String(invitations), String(changes)])
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', code => reject(new Error(`the list server ended with ${code}`)))
    child.once('message', (address: { port: number }) =>
      resolve({ url: `http://127.0.0.1:${address.port}`, close: () => child.disconnect() }),
    )
  })
}
