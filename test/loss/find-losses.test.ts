import t from 'tap'
import { findLosses } from '../../src/loss/with-loss.js'
import type { CloudMember, Clouds, ObservedCloud } from '../../src/model/clouds.js'

const member = (email: string, id: number | null = 1): CloudMember => ({ id, email, role: 50 })
const cloud = (id: number, ...members: readonly CloudMember[]): ObservedCloud => ({
  id,
  name: `Cloud ${id}`,
  unread: null,
  members,
})
const clouds = (...list: readonly ObservedCloud[]): Clouds => ({ unread: null, clouds: list })

interface Case {
  readonly name: string
  readonly clouds: readonly ObservedCloud[]
  readonly removals: readonly string[]
  /** Ids of the clouds lost with each removal. */
  readonly lost: readonly (readonly number[])[]
}

const CASES: readonly Case[] = [
  { name: 'alone in one', clouds: [cloud(9, member('bob@a.b'))], removals: ['bob@a.b'], lost: [[9]] },
  {
    name: 'somebody stays',
    clouds: [cloud(9, member('bob@a.b'), member('eve@a.b'))],
    removals: ['bob@a.b'],
    lost: [[]],
  },
  { name: 'not a member', clouds: [cloud(9, member('eve@a.b'))], removals: ['bob@a.b'], lost: [[]] },
  { name: 'a cloud without members', clouds: [cloud(9)], removals: ['bob@a.b'], lost: [[]] },
  {
    name: 'each other’s only companions: once, at the second',
    clouds: [cloud(9, member('bob@a.b'), member('ann@a.b'))],
    removals: ['ann@a.b', 'bob@a.b'],
    lost: [[], [9]],
  },
  {
    name: 'three, of whom two go',
    clouds: [cloud(9, member('bob@a.b'), member('ann@a.b'), member('eve@a.b'))],
    removals: ['ann@a.b', 'bob@a.b'],
    lost: [[], []],
  },
  {
    name: 'the other is only invited',
    clouds: [cloud(9, member('bob@a.b'), member('new@a.b', null))],
    removals: ['bob@a.b'],
    lost: [[9]],
  },
  {
    name: 'who goes is only invited, and somebody is there',
    clouds: [cloud(9, member('eve@a.b'), member('bob@a.b', null))],
    removals: ['bob@a.b'],
    lost: [[]],
  },
  {
    name: 'who goes is only invited, and nobody is there: fail safe',
    clouds: [cloud(9, member('bob@a.b', null), member('new@a.b', null))],
    removals: ['bob@a.b'],
    lost: [[9]],
  },
  {
    name: 'one who is there goes first, one who is invited later: with the first',
    clouds: [cloud(9, member('ann@a.b'), member('bob@a.b', null))],
    removals: ['ann@a.b', 'bob@a.b'],
    lost: [[9], []],
  },
  {
    name: 'one address with two ids is one person',
    clouds: [cloud(9, member('Bob@a.b', 1), member(' bob@A.b', 2))],
    removals: ['bob@a.b'],
    lost: [[9]],
  },
  {
    name: 'several, by id',
    clouds: [cloud(9, member('bob@a.b')), cloud(7, member('bob@a.b'))],
    removals: ['bob@a.b'],
    lost: [[7, 9]],
  },
]

for (const { name, clouds: list, removals, lost } of CASES) {
  t.test(name, async t => {
    const { losses } = findLosses(clouds(...list), removals)
    t.strictSame(
      losses.map(loss => loss.clouds.map(({ id }) => id)),
      lost,
    )
    for (const loss of losses) t.match(loss, { seen: list.length, unknown: [], complete: true })
  })
}

t.test('what could not be read is unknown, with why; nothing is concluded from it', async t => {
  const unread = (id: number, why: ObservedCloud['unread']): ObservedCloud => ({
    ...cloud(id, member('bob@a.b')),
    unread: why,
  })
  const seen: Clouds = { unread: 'partial', clouds: [unread(9, '403'), unread(7, 'partial'), cloud(8)] }
  t.strictSame(findLosses(seen, ['bob@a.b']).losses, [
    {
      clouds: [],
      seen: 3,
      unknown: [
        { id: null, name: null, why: 'partial' },
        { id: 7, name: 'Cloud 7', why: 'partial' },
        { id: 9, name: 'Cloud 9', why: '403' },
      ],
      complete: false,
    },
  ])
})

t.test('who is invited to a lost cloud is told, but for those who go', async t => {
  const list = [
    cloud(9, member('bob@a.b'), member('new@a.b', null), member('ann@a.b', null)),
    cloud(8, member('eve@a.b'), member('new@a.b', null)),
  ]
  t.match(findLosses(clouds(...list), ['ann@a.b', 'bob@a.b']).invited, [
    { cloud: { id: 9 }, removal: 'bob@a.b', count: 1 },
  ])
})
