import { createInterface } from 'node:readline'
import { chooseCredentials } from '../../src/auth/credentials.js'

// For each line "go", prints the header that this process would send, or what went wrong.
const [apiUrl = ''] = process.argv.slice(2)
const options = { apiUrl, timeoutMs: 5000, allowInsecureHttp: false, version: '9.9.9' }
const say = (line: string) => process.stdout.write(`${line}\n`)

say('ready')
for await (const _ of createInterface({ input: process.stdin })) {
  try {
    say((await (await chooseCredentials(process.env, options)).authorization()).reveal())
  } catch (error) {
    say(`failed: ${error}`)
  }
}
