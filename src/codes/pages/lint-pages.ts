import { LINT_DOCS } from '../../lint/docs.gen.js'
import type { Page } from '../code-page.js'

type LintCode = (typeof LINT_DOCS)[number]['code']

/** What `guestlist lint` finds; what each means is the doc comment of its rule. */
const REST: Readonly<Record<LintCode, Omit<Page, 'means'>>> = {
  'accepts-everyone': {
    why: 'Whoever can invite decides alone who gets in; the manifest adds nothing to it.',
    remedy: 'Say whose addresses are accepted, or allow the finding with a reason.',
    example: '- email: "*@acme.example"',
  },
  'admin-by-wildcard': {
    why: 'An inviter who picks the role admin makes one, without a line of the manifest that names the person.',
    remedy: 'Add `cloudRole: user`, and name admins by their exact addresses.',
    example: `- email: "*@acme.example"
  cloudRole: user
- email: alice@acme.example
  cloudRole: admin`,
  },
  'conflicting-rules': {
    why: 'Where both match, deny wins, which the author of the accept may not expect.',
    remedy: 'Narrow one of them, or decide the shown invitation by its exact address.',
    example: `accept:
  - {email: "*@acme.example", cloud: Campus}
deny:
  - {email: "*@acme.example", cloudRole: admin}`,
  },
  'confusable-address': {
    why: 'Letters that look alike can stand for another mailbox: somebody else gets in, or the one to remove stays.',
    remedy: 'Type the address again, or ask its owner.',
    example: '- email: аlice@acme.example   # begins with a Cyrillic letter',
  },
  'expired-rule': {
    why: 'It no longer decides anything, but a reader may believe that it does.',
    remedy: 'Remove it, or change its date.',
    example: 'until: 2027-06-30',
  },
  'expiring-rule': {
    why: 'From the day after, invitations that it accepted are decided by other rules, or by none.',
    remedy: 'Extend it if it is still to let people in.',
    example: 'guestlist lint --within 14d',
  },
  'missing-owner': {
    why: 'In a review nobody can be asked whether the access is still needed.',
    remedy: 'Add `owner`.',
    example: 'owner: facility-team',
  },
  'missing-reason': {
    why: 'In a year nobody knows why somebody was let in or removed.',
    remedy: 'Add `reason`.',
    example: 'reason: left on 2026-10-31',
  },
  'redundant-rule': {
    why: 'Other rules decide everything that it matches in the same way.',
    remedy: 'Remove it, or allow the finding where the rule documents something.',
    example: `accept:
  - email: "*@acme.example"
  - email: "a*@acme.example"   # redundant`,
  },
  'removed-and-protected': {
    why: 'Protections take precedence over removals, so apply refuses every plan of this manifest.',
    remedy: 'Remove the removal, or have the protection narrowed by whoever set it.',
    example: `users:
  remove:
    - email: root@it.acme.example
  protect:
    - "*@it.acme.example"`,
  },
  'shadowed-rule': {
    why: 'Whoever wrote it expects an effect, and there is none.',
    remedy: 'Remove it, or make it stronger: an exact address beats wildcards, and an id beats both.',
    example: `accept:
  - email: "sub*@acme.example"   # never decides
deny:
  - email: "*@acme.example"`,
  },
  'unused-allow': {
    why: 'What it was to silence is reported all the same, or is gone.',
    remedy: 'Correct the code, move it to the line of the rule or the one above, or remove it.',
    example: '# guestlist-lint: allow missing-owner (a rule of the whole company)',
  },
  'unused-rule': {
    why: 'Nobody is invited whom it would match; a typo looks exactly like that.',
    remedy: 'Check its spelling against the invitations; remove it if it is not to let anybody in.',
    example: 'guestlist lint --from live.json',
  },
}

export const LINT_PAGES: Readonly<Record<string, Page>> = Object.fromEntries(
  LINT_DOCS.map(({ code, doc }) => [code, { means: doc, ...REST[code] }]),
)
