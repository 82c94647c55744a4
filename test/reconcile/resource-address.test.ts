import t from 'tap'
import { parseTarget } from '../../src/reconcile/resource-address.js'

const CASES: readonly (readonly [text: string, address: string | null])[] = [
  ['bimdata_invitation.56', 'bimdata_invitation.56'],
  ['bimdata_invitation.1234567', 'bimdata_invitation.1234567'],
  ['bimdata_invitation.0', 'bimdata_invitation.0'],
  ['bimdata_invitation.056', null],
  ['bimdata_invitation.-1', null],
  ['bimdata_invitation.5e1', null],
  ['bimdata_invitation.', null],
  ['bimdata_invitation.56 ', null],
  ['bimdata_user.bob@acme.example', 'bimdata_user.bob@acme.example'],
  ['bimdata_user.Bob@ACME.example', 'bimdata_user.bob@acme.example'],
  ['bimdata_user.jose\u0301@acme.example', 'bimdata_user.jos\u00e9@acme.example'],
  ['bimdata_user."b b"@acme.example', null],
  ['bimdata_user.bob', null],
  ['bimdata_user.', null],
  ['bimdata_user. bob@acme.example', null],
  ['bimdata_user.bob@acme.example ', null],
  ['bimdata_user.bob@acme.example\n', null],
  ['x.bimdata_user.bob@acme.example', null],
  ['bimdata_user.@', null],
  ['bimdata_user.bob@acme.example,bimdata_user.eve@acme.example', null],
  ['bob@acme.example', null],
  ['56', null],
  ['module.x.bimdata_invitation.56', null],
  ['', null],
]

for (const [text, address] of CASES) t.test(JSON.stringify(text), async t => t.equal(parseTarget(text), address))
