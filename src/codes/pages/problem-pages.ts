import type { ProblemCode } from '../../model/problem.js'
import type { Pages } from '../code-page.js'

/** What is wrong with a manifest or its tests: nothing is planned while there is one. */
export const PROBLEM_PAGES: Pages<ProblemCode> = {
  unreadable: {
    means: 'A manifest cannot be read.',
    why: 'There is no such file, this user may not read it, or the folder holds no `*.yaml` and no `*.yml`.',
    remedy: 'Check the path after `-f`, or write a manifest with `guestlist init`.',
    example: 'guestlist plan -f policies/guestlist.yaml',
  },
  'too-large': {
    means: 'A manifest is larger than guestlist reads.',
    why: 'A file over 10 MiB, or one whose nesting would take unreasonably long to parse, is a mistake or an attack.',
    remedy: 'Split it: `-f` takes several files and folders, which together are one manifest.',
    example: 'guestlist plan -f policies/',
  },
  'not-text': {
    means: 'A manifest is not UTF-8.',
    why: 'It was saved in another encoding, such as UTF-16 or Latin-1, so its addresses cannot be read with certainty.',
    remedy: 'Save it as UTF-8.',
    example: 'iconv -f UTF-16 -t UTF-8 guestlist.yaml > utf8.yaml',
  },
  empty: {
    means: 'A manifest is empty.',
    why: 'An empty file says neither that everybody is to stay nor that nobody is: more likely something went wrong when it was written.',
    remedy: 'State at least which format it has.',
    example: 'apiVersion: guestlist/v1',
  },
  syntax: {
    means: 'The YAML does not parse.',
    why: 'An indentation, a quotation mark or a bracket is wrong, or a tab indents a line. An asterisk at the beginning of a value is an alias in YAML.',
    remedy: 'Correct the line that is shown. Wildcards that begin with an asterisk need quotation marks.',
    example: `invitations:
  accept:
    - email: "*@acme.example"`,
  },
  'duplicate-key': {
    means: 'A key is set twice in one mapping.',
    why: 'YAML does not say which of the two counts, so that one of them would silently be void.',
    remedy: 'Leave one. Several rules are entries of one list.',
    example: `invitations:
  accept:
    - email: alice@acme.example
    - email: bob@acme.example`,
  },
  alias: {
    means: 'An alias has no anchor, or anchors expand too far.',
    why: 'An unquoted `*` begins an alias; aliases of aliases can stand for billions of entries.',
    remedy: 'Quote a wildcard. Write out what the anchors stand for.',
    example: '- email: "*@acme.example"   # not: - email: *@acme.example',
  },
  'unknown-key': {
    means: 'A key is not one of the format.',
    why: 'It is misspelt or in the wrong place; if it were ignored, a protection or a guard could be void.',
    remedy: 'Correct it: the message suggests the key that was probably meant. The schema lists all of them.',
    example: `guards:
  maxRemovals: 5   # not: maxRemoval`,
  },
  'missing-key': {
    means: 'A required key is missing.',
    why: 'Without it the manifest does not say what it has to.',
    remedy: 'Add the key that the message names.',
    example: 'apiVersion: guestlist/v1',
  },
  'wrong-type': {
    means: 'A value has a type that its key does not take.',
    why: 'For example a list where one value is expected, or a number where a string is.',
    remedy: 'Write the type that the message names. Quote what YAML would read as a number, a date or true and false.',
    example: `- email: bob@acme.example
  reason: "2026"`,
  },
  'wrong-value': {
    means: 'A value is of the right type, but cannot be what is meant.',
    why: 'For example an address that no mailbox can have, a day that does not exist, an `until` before its `from`, or a wildcard under `users.remove`. Also the warnings that `email: "*"` alone and `unmatched: accept` accept everybody.',
    remedy: 'Correct it as the message says.',
    example: `users:
  remove:
    - email: oscar.blanc@acme.example   # exact addresses only`,
  },
  'empty-selector': {
    means: 'A rule does not say whom it matches.',
    why: 'It would match everybody, which has to be written out to be believed.',
    remedy: 'Give it at least one of id, email, cloud, project, cloudRole, projectRole, client or sender.',
    example: `- email: "*@acme.example"
  reason: our own people`,
  },
  'conflicting-scalar': {
    means: 'Two files of one manifest set a key to different values.',
    why: 'All files together are one manifest, and none takes precedence.',
    remedy: 'Set it in one of them: the message names both places.',
    example: `guards:
  maxRemovals: 5   # in one file only`,
  },
  'duplicate-entry': {
    means: 'The same entry appears twice.',
    why: 'Somebody who removes one of them would believe that the rule is gone.',
    remedy: 'Remove one of them.',
    example: `users:
  remove:
    - email: oscar.blanc@acme.example`,
  },
  contradiction: {
    means: 'The manifest asks for two opposite things.',
    why: 'The same id or the same bare address is both accepted and denied, or an address is both removed and accepted.',
    remedy: 'Choose one. The message names the other place.',
    example: `guestlist explain bob@acme.example`,
  },
  'inconsistent-answer': {
    means: 'The list of invitations contradicts itself.',
    why: 'The API lists one id twice. It cannot be known which of the two is right, so nothing is planned.',
    remedy: "Plan again; if it persists, contact the API's operator.",
    example: 'guestlist invitations list --json',
  },
  'live-contradiction': {
    means: 'The manifest contradicts itself for an invitation that exists now.',
    why: 'A rule accepts the invitation by its id, and users.remove removes the person it invites: they would be let in and removed.',
    remedy: 'Remove the id rule or the removal.',
    example: `invitations:
  accept:
    - id: 56                       # invites oscar.blanc@acme.example
users:
  remove:
    - email: oscar.blanc@acme.example`,
  },
}
