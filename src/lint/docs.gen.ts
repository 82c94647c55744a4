// Generated from schemas/codes.md and src/lint/rules/ by "npm run generate". Do not edit.

/** What each lint rule finds. */
export const LINT_DOCS = [
  {
    "code": "accepts-everyone",
    "level": "warning",
    "doc": "Whoever is invited is accepted: by `email: \"*\"` alone, or by `unmatched: accept`."
  },
  {
    "code": "admin-by-wildcard",
    "level": "warning",
    "doc": "A wildcard accepts without saying which `cloudRole`: who is invited as an admin of a cloud becomes one."
  },
  {
    "code": "conflicting-rules",
    "level": "warning",
    "doc": "Two equally strong rules say the opposite of what both match, and each matches more besides; deny wins. A denial wholly within what is accepted is an exception, and no finding."
  },
  {
    "code": "confusable-address",
    "level": "warning",
    "doc": "An address has letters of several scripts in one word, or looks like another address of the manifest."
  },
  {
    "code": "expired-rule",
    "level": "warning",
    "doc": "The rule's `until` is over: it matches nothing any more."
  },
  {
    "code": "expiring-rule",
    "level": "info",
    "doc": "The rule's `until` is near: within `--within`, 30 days if not said otherwise."
  },
  {
    "code": "missing-owner",
    "level": "info",
    "doc": "A rule does not say who answers for it."
  },
  {
    "code": "missing-reason",
    "level": "info",
    "doc": "A rule or a removal does not say why it is there."
  },
  {
    "code": "redundant-rule",
    "level": "info",
    "doc": "Without the rule every decision is the same. What is `shadowed-rule` is not told again."
  },
  {
    "code": "removed-and-protected",
    "level": "warning",
    "doc": "A user is to be removed and is protected: the removal, and with it every plan, will always be refused."
  },
  {
    "code": "shadowed-rule",
    "level": "warning",
    "doc": "The rule never decides: stronger rules, or equally strong ones that deny, match all that it matches."
  },
  {
    "code": "unused-allow",
    "level": "warning",
    "doc": "A comment `# guestlist-lint: allow CODE (why)` silences nothing: its code is misspelt, it is in the wrong place, or what it allowed is no more. It cannot be allowed itself."
  },
  {
    "code": "unused-rule",
    "level": "warning",
    "doc": "With `--from`: the rule matches no invitation of the snapshot, whatever the date."
  }
] as const
