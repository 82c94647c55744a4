import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Test } from 'tap'

/** A proxy that tunnels every host to one local port; requires a password if one is given. */
export async function startProxy(t: Test, target: number, password?: string) {
  const asked: string[] = []
  const server = createServer()
  server.on('connect', (request, client: Duplex) => {
    asked.push(request.url ?? '')
    client.on('error', () => {})
    t.teardown(() => client.destroy())
    const given = Buffer.from((request.headers['proxy-authorization'] ?? '').slice(6), 'base64').toString()
    if (password !== undefined && given !== `me:${password}`) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
      return
    }
    const upstream = connect(target, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connected\r\n\r\n')
      upstream.pipe(client).pipe(upstream)
    })
    upstream.on('error', () => client.destroy())
    t.teardown(() => upstream.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { asked, port: (server.address() as AddressInfo).port }
}
