import { once } from 'node:events'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer, type Server } from 'node:net'
import t, { type Test } from 'tap'
import { createTransport, type TransportOptions } from '../../src/http/transport.js'
import { ApiError, type ApiErrorKind } from '../../src/model/api-error.js'
import { selfSigned } from '../helpers/certificate.js'
import { serve } from '../helpers/http.js'

const OPTIONS: TransportOptions = { timeoutMs: 30_000, allowInsecureHttp: true, version: '9.9.9', env: {} }

function transport(t: Test, change: Partial<TransportOptions> = {}) {
  const made = createTransport({ ...OPTIONS, ...change })
  t.teardown(made.close)
  return async (address: string): Promise<string> => {
    const answer = await made.send({ method: 'GET', url: new URL(address), headers: {} })
    let text = `${answer.status} `
    for await (const chunk of answer.body) text += Buffer.from(chunk).toString()
    return text
  }
}

async function failure(promise: Promise<unknown>): Promise<ApiError> {
  const error = await promise.then(
    value => new Error(`no failure: ${value}`),
    error => error,
  )
  if (!(error instanceof ApiError)) throw error
  return error
}

async function portOf(t: Test, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  return (server.address() as AddressInfo).port
}

/** What a bare TCP server does with the first bytes of each connection. */
const raw = (t: Test, onData: (write: (text: string) => void, cut: () => void) => void) =>
  portOf(
    t,
    createServer(socket => {
      socket.on('error', () => {})
      socket.once('data', () =>
        onData(
          text => socket.write(text),
          () => socket.resetAndDestroy(),
        ),
      )
      t.teardown(() => socket.destroy())
    }),
  )

async function tls(t: Test, host: string, until?: number): Promise<number> {
  const server = createTlsServer(selfSigned(host, until), (_, response) => response.end('never seen'))
  t.teardown(() => server.closeAllConnections())
  return portOf(t, server)
}

t.test('what breaks below HTTP, and whether it may have taken effect', async t => {
  const closed = await portOf(t, createServer())
  const hanging = await raw(t, () => {})
  const reset = await raw(t, (_, cut) => cut())
  const headOnly = await raw(t, write => write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc'))
  const cutBody = await raw(t, (write, cut) => {
    write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc')
    setTimeout(cut, 20)
  })
  const nonsense = await raw(t, write => write('SSH-2.0-OpenSSH_9.6\r\n'))
  const refusing = createServer()
  const refused = await portOf(t, refusing)
  await new Promise(resolve => refusing.close(resolve))
  const cases: [string, string, ApiErrorKind, RegExp][] = [
    ['refused', `http://127.0.0.1:${refused}`, 'not-sent', /refused the connection/],
    ['no such host', 'http://no-such-host.invalid', 'not-sent', /DNS/],
    ['no answer', `http://127.0.0.1:${hanging}`, 'timeout', /did not answer within 300 ms/],
    ['reset', `http://127.0.0.1:${reset}`, 'network', /broke/],
    ['a body that stops', `http://127.0.0.1:${headOnly}`, 'timeout', /did not answer within/],
    ['a body that is cut', `http://127.0.0.1:${cutBody}`, 'network', /broke/],
    ['not HTTP', `http://127.0.0.1:${nonsense}`, 'network', /broke/],
    ['plain http under https', `https://127.0.0.1:${nonsense}`, 'not-sent', /secure|No connection/],
    ['nothing after the TCP handshake', `https://127.0.0.1:${closed}`, 'not-sent', /in time/],
    ['an unknown authority', `https://localhost:${await tls(t, 'localhost')}`, 'not-sent', /is not trusted here/],
    ['an expired certificate', `https://localhost:${await tls(t, 'localhost', 2021)}`, 'not-sent', /certificate/],
  ]
  for (const [name, address, kind, message] of cases) {
    // Waited out only where an answer never comes.
    const timeoutMs = / not answer|in time/.test(message.source) ? 300 : 30_000
    const error = await failure(transport(t, { timeoutMs })(address))
    t.equal(error.kind, kind, `${name}: ${error.message}`)
    t.match(error.message, message, name)
    t.ok(error.advice, name)
  }
})

t.test('an abort is told as one', async t => {
  const hanging = await raw(t, () => {})
  const error = await failure(transport(t, { signal: AbortSignal.timeout(20) })(`http://127.0.0.1:${hanging}`))
  t.match(error, { kind: 'network', message: /interrupted/ })
})

t.test('a kept connection that the server has closed meanwhile counts as made', async t => {
  let calls = 0
  const port = await portOf(
    t,
    createServer(socket => {
      socket.on('error', () => {})
      socket.on('data', () => {
        if (calls++ === 0) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
        else socket.resetAndDestroy()
      })
    }),
  )
  const send = transport(t)
  t.equal(await send(`http://127.0.0.1:${port}`), '200 ok')
  t.equal((await failure(send(`http://127.0.0.1:${port}`))).kind, 'network')
})

t.test('connections are used again', async t => {
  const ports = new Set<number | undefined>()
  const url = await serve(t, (request, response) => {
    ports.add(request.socket.remotePort)
    response.end('ok')
  })
  const send = transport(t)
  for (let call = 0; call < 5; call++) t.equal(await send(url), '200 ok')
  t.equal(ports.size, 1)
})

t.test('plain http to another machine is refused before anything is sent', async t => {
  const error = await failure(transport(t, { allowInsecureHttp: false })('http://no-such-host.invalid/x'))
  t.match(error, { kind: 'not-sent', message: /plain http \(no-such-host\.invalid\)/, advice: /--allow-insecure-http/ })
})

t.test('requests that ended leave nothing at the signal, and those under way end with it', async t => {
  const stop = new AbortController()
  let listeners = 0
  const { signal } = stop
  const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)]
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners++
    add(...args)
  }
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners--
    remove(...args)
  }
  const url = await serve(t, (request, response) => {
    if (request.url !== '/hang') response.end('ok')
  })
  const made = createTransport({ ...OPTIONS, timeoutMs: 30_000, signal })
  const send = async (path: string) => {
    const answer = await made.send({ method: 'GET', url: new URL(`${url}${path}`), headers: {} })
    for await (const _ of answer.body);
  }
  for (let call = 0; call < 15; call++) await send('/')
  t.ok(listeners <= 1, `${listeners} listeners after 15 requests`)
  const hanging = Array.from({ length: 15 }, () => failure(send('/hang')))
  setTimeout(() => stop.abort(), 50)
  for (const error of await Promise.all(hanging)) t.match(error, { message: /interrupted/ })
  t.match(await failure(send('/')), { message: /interrupted/ }, 'and none begins after it')
  made.close()
  t.equal(listeners, 0, 'a closed transport leaves the signal alone')
})
