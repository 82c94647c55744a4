import { createInterface } from 'node:readline'
import { createTransport } from '../../src/http/transport.js'

// For each line, a URL, prints the status of the response or what went wrong.
const transport = createTransport({ timeoutMs: 5000, allowInsecureHttp: true, version: '9.9.9', env: process.env })
for await (const address of createInterface({ input: process.stdin })) {
  try {
    const answer = await transport.send({ method: 'GET', url: new URL(address), headers: {} })
    answer.discard()
    process.stdout.write(`${answer.status}\n`)
  } catch (error) {
    process.stdout.write(`${error}\n`)
  }
}
