import { inspect } from 'node:util'
import t from 'tap'
import { redact, Secret } from '../../src/http/secret.js'

const VALUE = 'p+q r%&"é'

t.test('a secret shows itself nowhere but where it is asked for', async t => {
  const secret = new Secret(VALUE)
  const shown: [string, string][] = [
    ['template', `${secret}`],
    ['concatenation', `a${String(secret)}`],
    ['JSON', JSON.stringify({ secret })],
    ['inspect', inspect({ secret }, { depth: 9, showHidden: true })],
    ['inspect of a class', inspect(secret, { customInspect: false, showHidden: true })],
    ['error', String(new Error(`with ${secret}`))],
    ['spread', JSON.stringify({ ...secret })],
    ['entries', JSON.stringify(Object.getOwnPropertyNames(secret))],
    ['clone', JSON.stringify(structuredClone({ ...secret }))],
  ]
  for (const [name, text] of shown) t.notMatch(text, VALUE, name)
  t.equal(`${secret}`, '[redacted]')
  t.equal(secret.reveal(), VALUE)
  t.ok(secret.equals(new Secret(VALUE)))
  t.notOk(secret.equals(new Secret('other')))
})

t.test('redact knows a secret in every spelling in which it comes back', async t => {
  new Secret(VALUE)
  const spellings: [string, string][] = [
    ['plain', VALUE],
    ['percent-encoded', encodeURIComponent(VALUE)],
    ['in a form', new URLSearchParams({ v: VALUE }).toString().slice(2)],
    ['in JSON', JSON.stringify(VALUE)],
    ['base64', Buffer.from(VALUE).toString('base64')],
    ["a header's bytes, as Node reads them", Buffer.from(VALUE).toString('latin1')],
  ]
  for (const [name, text] of spellings) t.match(redact(`<${text}>`), /^<"?\[redacted\]"?>$/, name)
  t.equal(redact('nothing here'), 'nothing here')
})

t.test('a secret within a longer one leaves no rest, and a short one no holes', async t => {
  new Secret('long-secret')
  new Secret('Bearer long-secret-and-more')
  new Secret('e')
  t.equal(redact('x Bearer long-secret-and-more y'), 'x [redacted] y')
  t.equal(redact('here we are'), 'here we are')
})

t.test('a blank at the end is lost in a header', async t => {
  new Secret('ends with a blank ')
  t.equal(redact('<ApiKey ends with a blank>'), '<ApiKey [redacted]>')
})

t.test('a lone surrogate is no trouble', async t => {
  t.equal(redact(`${new Secret('\ud800abcd').reveal()}!`), '[redacted]!')
})
