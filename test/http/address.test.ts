import t from 'tap'
import { isLoopback, parseAddress } from '../../src/http/address.js'
import { canonicalApiUrl } from '../../src/model/text.js'

t.test('addresses that are taken', async t => {
  const cases: [string, string][] = [
    ['https://api.example', 'https://api.example'],
    ['https://api.example/', 'https://api.example'],
    ['https://api.example/prefix//', 'https://api.example/prefix'],
    ['https://API.example:443/Prefix', 'https://api.example/Prefix'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['http://[::1]:8080/x', 'http://[::1]:8080/x'],
    ['http://localhost', 'http://localhost'],
    ['http://api.localhost', 'http://api.localhost'],
  ]
  for (const [text, want] of cases) t.equal(canonicalApiUrl(parseAddress(text, 'it', false)), want)
  t.equal(canonicalApiUrl(parseAddress('http://api.example', 'it', true)), 'http://api.example')
})

t.test('addresses that are refused, without a reason of what may be secret in them', async t => {
  const cases: [string, RegExp][] = [
    ['', /not a web address/],
    ['api.example', /not a web address/],
    ['http://api.example', /plain http/],
    ['http://127.0.0.1.evil.example', /plain http/],
    ['http://localhost.evil.example', /plain http/],
    ['ftp://api.example', /begins with ftp:/],
    ['file:///etc/passwd', /begins with file:/],
    ['https://me:hunter2@api.example', /user name or a password/],
    ['https://hunter2@api.example', /user name or a password/],
    ['https://api.example/?key=hunter2', /query or a fragment/],
    ['https://api.example?', /query or a fragment/],
    ['https://api.example/#hunter2', /query or a fragment/],
  ]
  for (const [text, message] of cases) {
    let error: unknown
    try {
      parseAddress(text, '--api-url', false)
    } catch (caught) {
      error = caught
    }
    t.match(error, { kind: 'not-sent', message, permanent: true, advice: /./ }, text)
    t.notMatch(String(error), 'hunter2', text)
  }
})

t.test('what counts as this machine', async t => {
  for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '[::1]', '0x7f.1'])
    t.ok(isLoopback(new URL(`http://${host}`)), host)
  for (const host of ['0.0.0.0', '128.0.0.1', 'local', '[::2]', 'notlocalhost'])
    t.notOk(isLoopback(new URL(`http://${host}`)), host)
})
