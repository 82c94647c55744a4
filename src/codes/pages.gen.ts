// Generated from schemas/codes.md by "npm run generate". Do not edit.

/** The codes of each family, in the order of the reference. */
export const FAMILIES = [
  {
    "name": "error",
    "title": "What ends a command",
    "shown": "diagnostics of `apply --json`",
    "pages": {
      "usage": {
        "means": "The command line, or a variable that stands for a flag, says something that the command does not take.",
        "why": "A flag or an argument is misspelt, missing, of the wrong kind, or contradicts another one.",
        "remedy": "Correct it: the message suggests what was probably meant.",
        "example": "guestlist plan --help"
      },
      "no-terminal": {
        "means": "The command has to ask a person, and there is nobody to ask.",
        "why": "A change needs an approval, and in a pipeline nobody can type it.",
        "remedy": "Apply a saved plan, or pass `--auto-approve`.",
        "example": "guestlist apply plan.json"
      },
      "declined": {
        "means": "The person who was asked did not say yes.",
        "why": "Only 'yes' approves.",
        "remedy": "Nothing was done. Run the command again to be asked again.",
        "example": "guestlist apply"
      },
      "interrupted": {
        "means": "The command was interrupted while it was waiting for an answer.",
        "why": "Ctrl-C, or a signal.",
        "remedy": "Nothing was done. Run the command again.",
        "example": "guestlist apply"
      },
      "file-unreadable": {
        "means": "A file that the command needs cannot be read.",
        "why": "It is not there, this user may not read it, or it is no file.",
        "remedy": "Check the path and its permissions.",
        "example": "guestlist show plan.json"
      },
      "file-unwritable": {
        "means": "A file that the command was to write cannot be written.",
        "why": "The folder is not there, this user may not write to it, or the disk is full.",
        "remedy": "Check the path and its permissions.",
        "example": "guestlist plan --out plan.json"
      },
      "file-occupied": {
        "means": "Something else is where the command was to write, and was left as it is.",
        "why": "What is there may be all that somebody has: only an empty file, or an older one of the same kind, is replaced.",
        "remedy": "Name another file, or move it away.",
        "example": "guestlist plan --out plan.json"
      },
      "manifest-problems": {
        "means": "The manifest has problems, each with its own code and place.",
        "why": "Nothing is planned from a manifest with a problem.",
        "remedy": "Correct each: it is shown with its line and what to do.",
        "example": "guestlist validate"
      },
      "test-problems": {
        "means": "The tests have problems, each with its own code and place.",
        "why": "Tests that cannot be read would pass in silence.",
        "remedy": "Correct each: it is shown with its line and what to do.",
        "example": "guestlist test"
      },
      "tests-missing": {
        "means": "There are no tests to run.",
        "why": "There is no `*.test.yaml` beside the manifest, and no test was not what you meant to pass.",
        "remedy": "Write one, or record what is decided today.",
        "example": "guestlist test --record guestlist.test.yaml"
      },
      "not-found": {
        "means": "What was asked for by its address or id is not there.",
        "why": "No invitation has this id, no record this address, or no list this name.",
        "remedy": "List what is there.",
        "example": "guestlist invitations list"
      },
      "protects-nobody": {
        "means": "An entry that is to protect somebody is none that could.",
        "why": "It is no address and no wildcard that could match one, so that somebody would believe to be protected who is not.",
        "remedy": "Correct the entry.",
        "example": "GUESTLIST_PROTECT=\"*@it.acme.example\" guestlist plan"
      },
      "plan-problems": {
        "means": "What is live contradicts the manifest, or itself.",
        "why": "What contradicts itself cannot be carried out as it was meant.",
        "remedy": "Correct what is shown above it, and plan again.",
        "example": "guestlist plan"
      },
      "plan-refused": {
        "means": "A guard or a protection refuses the plan.",
        "why": "The plan goes over a guard, or removes somebody who is protected.",
        "remedy": "The message names the guard or the protection, the numbers, and how to lift it.",
        "example": "guestlist explain-code max_removals"
      },
      "plan-stale": {
        "means": "What is live, or the state, is no longer as it was when the plan was made.",
        "why": "Something changed since the plan was made, so that it would not do what was approved.",
        "remedy": "Plan again, and have the new plan approved.",
        "example": "guestlist plan --out plan.json"
      },
      "plan-invalid": {
        "means": "The file is not a plan that guestlist wrote.",
        "why": "It is another file, or it was cut off.",
        "remedy": "Name the file that `plan --out` wrote.",
        "example": "guestlist plan --out plan.json"
      },
      "plan-newer": {
        "means": "The plan was written by a newer guestlist.",
        "why": "This version does not understand all of it, and could leave out what matters.",
        "remedy": "Use the version that wrote it, or a later one.",
        "example": "guestlist --version"
      },
      "plan-edited": {
        "means": "The plan was changed after guestlist wrote it.",
        "why": "Its checksum does not match: what was approved may not be what it says now.",
        "remedy": "Plan again.",
        "example": "guestlist plan --out plan.json"
      },
      "plan-other-api": {
        "means": "The plan was made for another API.",
        "why": "The same ids mean other invitations there.",
        "remedy": "Use the address of the plan, or plan again.",
        "example": "guestlist apply plan.json --api-url https://api.bimdata.io"
      },
      "plan-settled": {
        "means": "A flag asks for another plan than the saved one.",
        "why": "A saved plan is carried out as it is, so the flag would have no effect.",
        "remedy": "Leave out the flag, or plan again with it.",
        "example": "guestlist plan --target bimdata_invitation.56 --out plan.json"
      },
      "plan-empty": {
        "means": "The plan changes nothing, so that there is nothing to approve.",
        "why": "A signature under nothing could be mistaken for one under something.",
        "remedy": "Nothing has to be done.",
        "example": "guestlist show plan.json"
      },
      "plan-too-large": {
        "means": "The plan is too large to be shown in this format.",
        "why": "The format needs the whole plan in memory at once.",
        "remedy": "Show it as text or JSON, which are written as they are made.",
        "example": "guestlist show plan.json --format text"
      },
      "snapshot-invalid": {
        "means": "The file is not a snapshot that guestlist wrote.",
        "why": "It is another file, or it was cut off.",
        "remedy": "Name the file that `snapshot --out` wrote.",
        "example": "guestlist snapshot --out live.json"
      },
      "snapshot-newer": {
        "means": "The snapshot was written by a newer guestlist.",
        "why": "This version does not understand all of it, and could leave out what matters.",
        "remedy": "Use the version that wrote it, or a later one.",
        "example": "guestlist --version"
      },
      "snapshot-other-api": {
        "means": "The snapshot is of another API.",
        "why": "The same ids mean other invitations there.",
        "remedy": "Take a snapshot of the API that you plan for, or leave out `--api-url`.",
        "example": "guestlist snapshot --out live.json"
      },
      "approvals-missing": {
        "means": "The plan needs more approvals than count.",
        "why": "Too few signatures count: each that does not is named with its reason.",
        "remedy": "Have more people sign this very plan.",
        "example": "guestlist approve plan.json"
      },
      "approvals-unchecked": {
        "means": "Approvals cannot be checked, for there is no signers file to check them by.",
        "why": "Without a list of who may approve, anybody could.",
        "remedy": "Name the signers file.",
        "example": "guestlist apply plan.json --approval approvals --allowed-signers allowed_signers"
      },
      "signers-invalid": {
        "means": "The signers file cannot be used, or does not list an author.",
        "why": "A line of it is not as OpenSSH writes it, or it cannot be read.",
        "remedy": "Correct the line that is named.",
        "example": "alice@acme.example namespaces=\"guestlist-approval\" ssh-ed25519 AAAA…"
      },
      "signing-key": {
        "means": "The key cannot sign an approval that counts.",
        "why": "It is of a type that does not count, or its private half is not available.",
        "remedy": "Name the key that the signers file lists, or load it into the agent.",
        "example": "guestlist approve plan.json --key ~/.ssh/id_ed25519"
      },
      "ssh-keygen": {
        "means": "ssh-keygen, which signs and checks approvals, could not do its work.",
        "why": "It is not installed, older than OpenSSH 8.2, or refused.",
        "remedy": "Install OpenSSH, and read what it said.",
        "example": "ssh -V"
      },
      "cannot-start": {
        "means": "A server or a program could not be started.",
        "why": "The address is in use or not of this machine, or the program is not on the path.",
        "remedy": "Name another address or program.",
        "example": "guestlist serve --listen 127.0.0.1:9090"
      },
      "api-not-sent": {
        "means": "No connection was made, so that nothing was asked for.",
        "why": "The name does not resolve, nobody listens there, or the certificate is not trusted.",
        "remedy": "Check the address, the proxy and NODE_EXTRA_CA_CERTS.",
        "example": "guestlist doctor"
      },
      "api-credentials": {
        "means": "There is no usable credential.",
        "why": "None is set, or it has ended and could not be renewed.",
        "remedy": "Set one, or log in.",
        "example": "guestlist auth status"
      },
      "api-http": {
        "means": "The API refused the request, or failed to answer it.",
        "why": "401 and 403: the credential does not suffice. 404: the address is not one of the API. 429 and 5xx: it is busy or broken, also after the retries.",
        "remedy": "The message says which, and what to do.",
        "example": "guestlist doctor"
      },
      "api-network": {
        "means": "The connection broke after it was made.",
        "why": "A proxy, a firewall or the server closed it.",
        "remedy": "Run the command again; what was done is seen by reading.",
        "example": "guestlist plan"
      },
      "api-timeout": {
        "means": "The answer took too long.",
        "why": "The API or the network is slow.",
        "remedy": "Run the command again, or wait longer.",
        "example": "guestlist plan --timeout 60s"
      },
      "api-invalid-answer": {
        "means": "The answer is not what the API promises.",
        "why": "Something else answers at this address, such as a proxy, or the API has changed.",
        "remedy": "Check the address; look for a newer guestlist.",
        "example": "guestlist doctor"
      },
      "api-too-large": {
        "means": "The answer is larger than what is read.",
        "why": "No answer of the API should be so large: something else answers.",
        "remedy": "Check the address.",
        "example": "guestlist doctor"
      },
      "state-config": {
        "means": "The manifest or the environment describes no usable state.",
        "why": "A key or a variable is missing, or two contradict each other.",
        "remedy": "Correct what the message names.",
        "example": "state:\n  backend: postgres\n  name: acme"
      },
      "state-not-a-file": {
        "means": "The path of the state is a folder, a pipe, a device or a dangling link.",
        "why": "The state is replaced as a whole, which only a file can be.",
        "remedy": "Name a file.",
        "example": "state:\n  path: guestlist.state.json"
      },
      "state-unreadable": {
        "means": "The state cannot be read.",
        "why": "This user may not read it, or the disk fails.",
        "remedy": "Check its permissions.",
        "example": "guestlist state list"
      },
      "state-unwritable": {
        "means": "The state cannot be written.",
        "why": "This user may not write it, or the disk is full. A removal that cannot be remembered is not begun.",
        "remedy": "Check its permissions and the free space.",
        "example": "guestlist doctor"
      },
      "state-too-large": {
        "means": "What is at the address of the state is larger than any state.",
        "why": "Something else answers at this address.",
        "remedy": "Check the address.",
        "example": "guestlist doctor"
      },
      "state-broken": {
        "means": "The state is damaged, or is none.",
        "why": "It was edited, cut off, or is another file. It is never overwritten.",
        "remedy": "Restore it from a backup. Without one move it away: removals are then requested again.",
        "example": "mv guestlist.state.json broken.json"
      },
      "state-newer": {
        "means": "The state was written by a newer guestlist.",
        "why": "This version does not understand all of it, and could leave out what matters.",
        "remedy": "Use the version that wrote it, or a later one.",
        "example": "guestlist --version"
      },
      "state-other-api": {
        "means": "The state is of another API.",
        "why": "What was removed there says nothing of here.",
        "remedy": "Give each API a state of its own.",
        "example": "state:\n  path: staging.state.json"
      },
      "state-other-lineage": {
        "means": "Another state took the place of the one that was read.",
        "why": "It was deleted and created again during the run.",
        "remedy": "Find out who did that, then plan again.",
        "example": "guestlist state list"
      },
      "state-newer-serial": {
        "means": "Somebody else wrote the state since it was read.",
        "why": "Two runs overlapped, without a lock.",
        "remedy": "Make sure that no other run is under way, then plan again.",
        "example": "guestlist plan"
      },
      "state-locked": {
        "means": "Somebody else holds the lock of the state.",
        "why": "Another run is under way, or one on another machine was killed.",
        "remedy": "Wait for it. If it has certainly ended, unlock the state.",
        "example": "guestlist apply --lock-timeout 5m"
      },
      "state-lock-lost": {
        "means": "The lock of the state was removed while this run held it.",
        "why": "Somebody unlocked it by force, or the connection to the database ended.",
        "remedy": "Make sure that no other run is under way, then run apply again.",
        "example": "guestlist doctor"
      },
      "state-lock-mismatch": {
        "means": "The lock of the state has another id than the one to unlock.",
        "why": "The lock changed hands since its id was shown.",
        "remedy": "Look at who holds it now.",
        "example": "guestlist doctor"
      },
      "state-lock-unsupported": {
        "means": "The state cannot be locked where it is kept.",
        "why": "The state server has no lock address.",
        "remedy": "Set state.lockAddress or TF_HTTP_LOCK_ADDRESS.",
        "example": "guestlist doctor"
      },
      "state-interrupted": {
        "means": "The command was interrupted while it was waiting for the lock of the state.",
        "why": "Ctrl-C, or a signal.",
        "remedy": "Nothing was done. Run the command again.",
        "example": "guestlist apply"
      },
      "state-credentials": {
        "means": "The server of the state refused the credentials.",
        "why": "The user name or the password is wrong, or the user may not do this.",
        "remedy": "Check the variables of the state.",
        "example": "TF_HTTP_USERNAME=gitlab-ci-token guestlist doctor"
      },
      "state-http": {
        "means": "The server of the state answered in a way that the protocol does not know.",
        "why": "Something else answers at this address, or the server fails.",
        "remedy": "Check the address.",
        "example": "guestlist doctor"
      },
      "state-unreachable": {
        "means": "The server of the state did not answer.",
        "why": "The network, a proxy or the server is down.",
        "remedy": "Run the command again once it answers.",
        "example": "guestlist doctor"
      },
      "state-unconfirmed": {
        "means": "It is not known whether the state was written.",
        "why": "The answer to a write never came, and reading did not settle it.",
        "remedy": "Look at what the state holds, then run apply again.",
        "example": "guestlist state list"
      },
      "audit-not-a-file": {
        "means": "The path of the audit log is a folder, a pipe or a device.",
        "why": "The log is appended to, which only a file can be.",
        "remedy": "Name a file.",
        "example": "guestlist apply --audit-log audit.ndjson"
      },
      "audit-not-a-log": {
        "means": "The file is not an audit log, and was left as it is.",
        "why": "What is there may be all that somebody has.",
        "remedy": "Name another file.",
        "example": "guestlist audit verify audit.ndjson"
      },
      "audit-unwritable": {
        "means": "The audit log cannot be written.",
        "why": "This user may not write it, or the disk is full. Nothing is done that is not recorded.",
        "remedy": "Check its permissions and the free space.",
        "example": "guestlist apply --audit-log audit.ndjson"
      },
      "audit-unreadable": {
        "means": "The audit log cannot be read.",
        "why": "It is not there, or this user may not read it.",
        "remedy": "Check the path and its permissions.",
        "example": "guestlist audit show audit.ndjson"
      },
      "audit-locked": {
        "means": "Another process did not let go of the audit log.",
        "why": "Another run writes to the same log.",
        "remedy": "Wait for it, or give each a log of its own.",
        "example": "guestlist apply --audit-log nightly.ndjson"
      },
      "audit-too-large": {
        "means": "An entry is too large for the audit log.",
        "why": "A line over the limit could not be verified later.",
        "remedy": "Please report it: no entry should be so large.",
        "example": "guestlist audit verify audit.ndjson"
      },
      "audit-closed": {
        "means": "The audit log was written to after it was closed.",
        "why": "This is a bug in guestlist.",
        "remedy": "Please report it.",
        "example": "guestlist apply --log-level debug"
      }
    }
  },
  {
    "name": "problem",
    "title": "Problems of a manifest or of tests",
    "shown": "`validate --json`, a plan's JSON (`guestlist.diagnostics`), diagnostics of `apply --json`",
    "pages": {
      "unreadable": {
        "means": "A manifest cannot be read.",
        "why": "There is no such file, this user may not read it, or the folder holds no `*.yaml` and no `*.yml`.",
        "remedy": "Check the path after `-f`, or write a manifest with `guestlist init`.",
        "example": "guestlist plan -f policies/guestlist.yaml"
      },
      "too-large": {
        "means": "A manifest is larger than guestlist reads.",
        "why": "A file over 10 MiB, or one whose nesting would take unreasonably long to parse, is a mistake or an attack.",
        "remedy": "Split it: `-f` takes several files and folders, which together are one manifest.",
        "example": "guestlist plan -f policies/"
      },
      "not-text": {
        "means": "A manifest is not UTF-8.",
        "why": "It was saved in another encoding, such as UTF-16 or Latin-1, so its addresses cannot be read with certainty.",
        "remedy": "Save it as UTF-8.",
        "example": "iconv -f UTF-16 -t UTF-8 guestlist.yaml > utf8.yaml"
      },
      "empty": {
        "means": "A manifest is empty.",
        "why": "An empty file says neither that everybody is to stay nor that nobody is: more likely something went wrong when it was written.",
        "remedy": "State at least which format it has.",
        "example": "apiVersion: guestlist/v1"
      },
      "syntax": {
        "means": "The YAML does not parse.",
        "why": "An indentation, a quotation mark or a bracket is wrong, or a tab indents a line. An asterisk at the beginning of a value is an alias in YAML.",
        "remedy": "Correct the line that is shown. Wildcards that begin with an asterisk need quotation marks.",
        "example": "invitations:\n  accept:\n    - email: \"*@acme.example\""
      },
      "duplicate-key": {
        "means": "A key is set twice in one mapping.",
        "why": "YAML does not say which of the two counts, so that one of them would silently be void.",
        "remedy": "Leave one. Several rules are entries of one list.",
        "example": "invitations:\n  accept:\n    - email: alice@acme.example\n    - email: bob@acme.example"
      },
      "alias": {
        "means": "An alias has no anchor, or anchors expand too far.",
        "why": "An unquoted `*` begins an alias; aliases of aliases can stand for billions of entries.",
        "remedy": "Quote a wildcard. Write out what the anchors stand for.",
        "example": "- email: \"*@acme.example\"   # not: - email: *@acme.example"
      },
      "unknown-key": {
        "means": "A key is not one of the format.",
        "why": "It is misspelt or in the wrong place; if it were ignored, a protection or a guard could be void.",
        "remedy": "Correct it: the message suggests the key that was probably meant. The schema lists all of them.",
        "example": "guards:\n  maxRemovals: 5   # not: maxRemoval"
      },
      "missing-key": {
        "means": "A required key is missing.",
        "why": "Without it the manifest does not say what it has to.",
        "remedy": "Add the key that the message names.",
        "example": "apiVersion: guestlist/v1"
      },
      "wrong-type": {
        "means": "A value has a type that its key does not take.",
        "why": "For example a list where one value is expected, or a number where a string is.",
        "remedy": "Write the type that the message names. Quote what YAML would read as a number, a date or true and false.",
        "example": "- email: bob@acme.example\n  reason: \"2026\""
      },
      "wrong-value": {
        "means": "A value is of the right type, but cannot be what is meant.",
        "why": "For example an address that no mailbox can have, a day that does not exist, an `until` before its `from`, or a wildcard under `users.remove`. Also the warnings that `email: \"*\"` alone and `unmatched: accept` accept everybody.",
        "remedy": "Correct it as the message says.",
        "example": "users:\n  remove:\n    - email: oscar.blanc@acme.example   # exact addresses only"
      },
      "empty-selector": {
        "means": "A rule does not say whom it matches.",
        "why": "It would match everybody, which has to be written out to be believed.",
        "remedy": "Give it at least one of id, email, cloud, project, cloudRole, projectRole, client or sender.",
        "example": "- email: \"*@acme.example\"\n  reason: our own people"
      },
      "conflicting-scalar": {
        "means": "Two files of one manifest set a key to different values.",
        "why": "All files together are one manifest, and none takes precedence.",
        "remedy": "Set it in one of them: the message names both places.",
        "example": "guards:\n  maxRemovals: 5   # in one file only"
      },
      "duplicate-entry": {
        "means": "The same entry appears twice.",
        "why": "Somebody who removes one of them would believe that the rule is gone.",
        "remedy": "Remove one of them.",
        "example": "users:\n  remove:\n    - email: oscar.blanc@acme.example"
      },
      "contradiction": {
        "means": "The manifest asks for two opposite things.",
        "why": "The same id or the same bare address is both accepted and denied, or an address is both removed and accepted.",
        "remedy": "Choose one. The message names the other place.",
        "example": "guestlist explain bob@acme.example"
      },
      "inconsistent-answer": {
        "means": "The list of invitations contradicts itself.",
        "why": "The API lists one id twice. It cannot be known which of the two is right, so nothing is planned.",
        "remedy": "Plan again; if it persists, contact the API's operator.",
        "example": "guestlist invitations list --json"
      },
      "live-contradiction": {
        "means": "The manifest contradicts itself for an invitation that exists now.",
        "why": "A rule accepts the invitation by its id, and users.remove removes the person it invites: they would be let in and removed.",
        "remedy": "Remove the id rule or the removal.",
        "example": "invitations:\n  accept:\n    - id: 56                       # invites oscar.blanc@acme.example\nusers:\n  remove:\n    - email: oscar.blanc@acme.example"
      }
    }
  },
  {
    "name": "lint",
    "title": "Findings of lint",
    "shown": "every format of `lint`, SARIF included",
    "pages": {
      "accepts-everyone": {
        "means": "Whoever is invited is accepted: by `email: \"*\"` alone, or by `unmatched: accept`.",
        "why": "Whoever can invite decides alone who gets in; the manifest adds nothing to it.",
        "remedy": "Say whose addresses are accepted, or allow the finding with a reason.",
        "example": "- email: \"*@acme.example\""
      },
      "admin-by-wildcard": {
        "means": "A wildcard accepts without saying which `cloudRole`: who is invited as an admin of a cloud becomes one.",
        "why": "An inviter who picks the role admin makes one, without a line of the manifest that names the person.",
        "remedy": "Add `cloudRole: user`, and name admins by their exact addresses.",
        "example": "- email: \"*@acme.example\"\n  cloudRole: user\n- email: alice@acme.example\n  cloudRole: admin"
      },
      "conflicting-rules": {
        "means": "Two equally strong rules say the opposite of what both match, and each matches more besides; deny wins. A denial wholly within what is accepted is an exception, and no finding.",
        "why": "Where both match, deny wins, which the author of the accept may not expect.",
        "remedy": "Narrow one of them, or decide the shown invitation by its exact address.",
        "example": "accept:\n  - {email: \"*@acme.example\", cloud: Campus}\ndeny:\n  - {email: \"*@acme.example\", cloudRole: admin}"
      },
      "confusable-address": {
        "means": "An address has letters of several scripts in one word, or looks like another address of the manifest.",
        "why": "Letters that look alike can stand for another mailbox: somebody else gets in, or the one to remove stays.",
        "remedy": "Type the address again, or ask its owner.",
        "example": "- email: аlice@acme.example   # begins with a Cyrillic letter"
      },
      "expired-rule": {
        "means": "The rule's `until` is over: it matches nothing any more.",
        "why": "It no longer decides anything, but a reader may believe that it does.",
        "remedy": "Remove it, or change its date.",
        "example": "until: 2027-06-30"
      },
      "expiring-rule": {
        "means": "The rule's `until` is near: within `--within`, 30 days if not said otherwise.",
        "why": "From the day after, invitations that it accepted are decided by other rules, or by none.",
        "remedy": "Extend it if it is still to let people in.",
        "example": "guestlist lint --within 14d"
      },
      "missing-owner": {
        "means": "A rule does not say who answers for it.",
        "why": "In a review nobody can be asked whether the access is still needed.",
        "remedy": "Add `owner`.",
        "example": "owner: facility-team"
      },
      "missing-reason": {
        "means": "A rule or a removal does not say why it is there.",
        "why": "In a year nobody knows why somebody was let in or removed.",
        "remedy": "Add `reason`.",
        "example": "reason: left on 2026-10-31"
      },
      "redundant-rule": {
        "means": "Without the rule every decision is the same. What is `shadowed-rule` is not told again.",
        "why": "Other rules decide everything that it matches in the same way.",
        "remedy": "Remove it, or allow the finding where the rule documents something.",
        "example": "accept:\n  - email: \"*@acme.example\"\n  - email: \"a*@acme.example\"   # redundant"
      },
      "removed-and-protected": {
        "means": "A user is to be removed and is protected: the removal, and with it every plan, will always be refused.",
        "why": "Protections take precedence over removals, so apply refuses every plan of this manifest.",
        "remedy": "Remove the removal, or have the protection narrowed by whoever set it.",
        "example": "users:\n  remove:\n    - email: root@it.acme.example\n  protect:\n    - \"*@it.acme.example\""
      },
      "shadowed-rule": {
        "means": "The rule never decides: stronger rules, or equally strong ones that deny, match all that it matches.",
        "why": "Whoever wrote it expects an effect, and there is none.",
        "remedy": "Remove it, or make it stronger: an exact address beats wildcards, and an id beats both.",
        "example": "accept:\n  - email: \"sub*@acme.example\"   # never decides\ndeny:\n  - email: \"*@acme.example\""
      },
      "unused-allow": {
        "means": "A comment `# guestlist-lint: allow CODE (why)` silences nothing: its code is misspelt, it is in the wrong place, or what it allowed is no more. It cannot be allowed itself.",
        "why": "What it was to silence is reported all the same, or is gone.",
        "remedy": "Correct the code, move it to the line of the rule or the one above, or remove it.",
        "example": "# guestlist-lint: allow missing-owner (a rule of the whole company)"
      },
      "unused-rule": {
        "means": "With `--from`: the rule matches no invitation of the snapshot, whatever the date.",
        "why": "Nobody is invited whom it would match; a typo looks exactly like that.",
        "remedy": "Check its spelling against the invitations; remove it if it is not to let anybody in.",
        "example": "guestlist lint --from live.json"
      }
    }
  },
  {
    "name": "warning",
    "title": "Warnings of a plan",
    "shown": "a plan's JSON (`guestlist.warnings`), diagnostics of `apply --json`",
    "pages": {
      "approval_not_counted": {
        "means": "An approval was given and does not count.",
        "why": "It is of another plan, API or namespace, by a key or a person who may not approve, expired, or the second by one person.",
        "remedy": "The message says which. Have the plan approved by somebody else, or sign the plan that is shown.",
        "example": "guestlist approvals verify plan.json --approval approvals/"
      },
      "expired_rule": {
        "means": "The `until` of a rule is over, and it no longer matches.",
        "why": "Invitations that it used to decide are now decided by other rules, or by none.",
        "remedy": "Remove the rule, or change its date.",
        "example": "until: 2027-06-30"
      },
      "accepted_but_denied": {
        "means": "A rule denies an invitation that is accepted already.",
        "why": "The API cannot undo an acceptance, so nothing is done.",
        "remedy": "To revoke the access, list the address under users.remove.",
        "example": "users:\n  remove:\n    - email: eve@rival.example\n      reason: competitor"
      },
      "unknown_status": {
        "means": "An invitation has a status that this version does not know.",
        "why": "The API says something that its documentation does not. What is not understood is not touched.",
        "remedy": "Look for a newer guestlist.",
        "example": "guestlist invitations get 56"
      },
      "unknown_role": {
        "means": "An invitation grants a role that this version does not know.",
        "why": "A number that is not documented may grant anything.",
        "remedy": "Check what the role grants before approving.",
        "example": "guestlist invitations get 56 --json"
      },
      "admin_rights": {
        "means": "Somebody becomes an admin of a cloud or a project.",
        "why": "An admin can invite others and delete data.",
        "remedy": "If that is not intended, deny the invitation, or accept `cloudRole: user` only.",
        "example": "- email: \"*@acme.example\"\n  cloudRole: user"
      },
      "clouds_lost": {
        "means": "A removal deletes an account, and may delete clouds with it.",
        "why": "A cloud in which the removed user is alone goes with them, with its data. It cannot be undone.",
        "remedy": "Read which clouds are named, and add somebody to those that have to stay.",
        "example": "guards:\n  maxCloudsLost: 0   # refuse plans that delete a cloud, or may"
      },
      "invited_only": {
        "means": "A cloud is deleted although people are invited to it.",
        "why": "Who was invited and has not come yet is no member: only members keep a cloud.",
        "remedy": "Have one of them accept first, or add another member.",
        "example": "guestlist invitations list --status pending"
      },
      "emptied_together": {
        "means": "A cloud is deleted because every member of it is removed by this plan.",
        "why": "Each of these removals alone would leave somebody in it; the last of them leaves nobody. It is shown there.",
        "remedy": "Keep one of the members, or add another one, if the cloud has to stay.",
        "example": "guestlist plan --target bimdata_user.bob@acme.example"
      },
      "returned": {
        "means": "Somebody who was removed before is back, and is removed again.",
        "why": "An invitation of theirs was accepted since the removal, and users.remove still lists them.",
        "remedy": "If they are to stay, remove them from users.remove.",
        "example": "guestlist explain bob@acme.example"
      },
      "left_in_keycloak": {
        "means": "Keycloak holds somebody of a removed address who is left alone.",
        "why": "It is not certain that it is the same person: several have the address, it comes from another identity provider or from a directory, or it is a service account.",
        "remedy": "The message says which. Delete them in Keycloak's console if they have to go.",
        "example": "keycloak:\n  url: https://iam.acme.example\n  realm: bimdata\n  alias: bimdataconnect"
      },
      "keycloak_not_read": {
        "means": "The plan does not say who is left in Keycloak.",
        "why": "It was made from a snapshot, which holds nothing of Keycloak.",
        "remedy": "Plan from the API to see it.",
        "example": "guestlist plan"
      },
      "removal_coming": {
        "means": "A removal has a `from` that is still to come.",
        "why": "Until that day (UTC) nothing is done.",
        "remedy": "Nothing, if the day is right.",
        "example": "- email: bob@acme.example\n  from: 2026-12-01"
      },
      "removed_before": {
        "means": "An address is listed for removal again, but its removal is remembered.",
        "why": "The user was removed and no invitation was accepted since, so nothing is done. They may have come back another way.",
        "remedy": "To remove them again, forget the record.",
        "example": "guestlist state rm bob@acme.example"
      },
      "target_without_change": {
        "means": "Nothing is planned for a `--target`.",
        "why": "It is right already, no rule matches it, or the address is misspelt.",
        "remedy": "Ask why.",
        "example": "guestlist explain 56"
      }
    }
  },
  {
    "name": "refusal",
    "title": "Refusals of a plan",
    "shown": "a plan's JSON (`guestlist.refused`), diagnostics of `apply --json`",
    "pages": {
      "protected": {
        "means": "A user to remove is protected.",
        "why": "The address is covered by users.protect, `--protect` or GUESTLIST_PROTECT. A protection takes precedence over every removal, so nothing at all is done.",
        "remedy": "Remove the address from users.remove, or have the protection changed by whoever set it.",
        "example": "users:\n  protect:\n    - \"*@it.acme.example\""
      },
      "max_accepts": {
        "means": "More invitations would be accepted than guards.maxAccepts allows in one apply.",
        "why": "So many at once are more often a mistake in a rule than intended.",
        "remedy": "Read the plan rule by rule. If it is intended, raise the limit in the manifest.",
        "example": "guards:\n  maxAccepts: 200"
      },
      "max_denials": {
        "means": "More invitations would be denied than guards.maxDenials allows in one apply.",
        "why": "So many at once are more often a mistake in a rule than intended.",
        "remedy": "Read the plan rule by rule. If it is intended, raise the limit in the manifest.",
        "example": "guards:\n  maxDenials: 50"
      },
      "max_removals": {
        "means": "More users would be removed than guards.maxRemovals allows in one apply.",
        "why": "A removal deletes an account and cannot be undone. The limit is 5 by default.",
        "remedy": "Check every name. If it is intended, raise the limit for this run or in the manifest.",
        "example": "guestlist apply --max-removals 12"
      },
      "max_clouds_lost": {
        "means": "More clouds would be deleted than guards.maxCloudsLost allows, or it is not known how many.",
        "why": "A cloud in which a removed user is alone is deleted with its data. Where members cannot be read, any cloud could be lost.",
        "remedy": "Add somebody to the clouds that have to stay, or give guestlist a credential that sees them; if the loss is intended, raise the limit.",
        "example": "guards:\n  maxCloudsLost: 1"
      }
    }
  },
  {
    "name": "run",
    "title": "What keeps an apply from being complete",
    "shown": "diagnostics of `apply --json`",
    "pages": {
      "action_absent": {
        "means": "The API does not know a user to remove.",
        "why": "They never used it, are gone already, or these credentials may not see them. Somebody who only signed in stays behind in Keycloak.",
        "remedy": "On premises, have guestlist delete the account in Keycloak (`keycloak` in the manifest); elsewhere contact the operator of Keycloak.",
        "example": "bimdata_user.bob@acme.example: absent: the API does not know this user"
      },
      "action_failed": {
        "means": "An action was attempted, and is not known to have taken effect.",
        "why": "The API refused the request, or did not answer within the retries. The reason is shown next to it.",
        "remedy": "Fix the cause and run apply again: it does what is left.",
        "example": "guestlist apply"
      },
      "action_rejected": {
        "means": "The API rejected the request for a removal (400).",
        "why": "Its documentation does not say when it does so. The user may still be there, so the removal is not remembered.",
        "remedy": "Check the address. If it is right, contact the API's operator; the next apply asks again.",
        "example": "guestlist apply"
      },
      "action_skipped": {
        "means": "An action was not attempted, because something before it failed.",
        "why": "Nobody is removed after a failure: what failed may be what the removal relied on.",
        "remedy": "Fix what failed and run apply again.",
        "example": "guestlist apply"
      },
      "action_not_attempted": {
        "means": "The run stopped before the turn of an action.",
        "why": "See why it stopped.",
        "remedy": "Run apply again: it does what is left.",
        "example": "guestlist apply"
      },
      "nobody_removed": {
        "means": "The API knew none of the users to remove.",
        "why": "They are gone already, or these credentials may not see them: both get the same answers.",
        "remedy": "Check that the credentials belong to the right organization. Forget the addresses to ask again, or accept the absence.",
        "example": "guestlist auth status\nguestlist state rm bob@acme.example\nguestlist apply --accept-absent"
      },
      "not_verified_differs": {
        "means": "The live state, read again, differs from what was reported.",
        "why": "Somebody else changed it meanwhile, or the API reported success for what it did not do.",
        "remedy": "Plan again, and see what is left.",
        "example": "guestlist plan"
      },
      "not_verified_unreadable": {
        "means": "The live state could not be read again after the run.",
        "why": "The API failed meanwhile. Its answers to the actions are reported as they were.",
        "remedy": "Plan again once it answers.",
        "example": "guestlist plan"
      },
      "not_verified_interrupted": {
        "means": "The run was interrupted before the live state was read again.",
        "why": "Ctrl-C, or a signal.",
        "remedy": "Plan again, and see what is left.",
        "example": "guestlist plan"
      },
      "stopped_interrupted": {
        "means": "The run was interrupted.",
        "why": "Ctrl-C, or a signal. What was in flight finished; nothing new was started.",
        "remedy": "Run apply again: it does what is left.",
        "example": "guestlist apply"
      },
      "stopped_unauthorized": {
        "means": "The run stopped because the API no longer accepts the credential (401).",
        "why": "The token ended or was revoked, and could not be renewed.",
        "remedy": "Get a new one and run apply again.",
        "example": "guestlist auth status\nguestlist login"
      },
      "stopped_forbidden": {
        "means": "The run stopped because the credential may not do this (403).",
        "why": "The account or the application lacks permission to manage the identity provider.",
        "remedy": "Have it granted, or use another credential.",
        "example": "guestlist doctor"
      },
      "stopped_unreachable": {
        "means": "The run stopped because five requests in a row could not reach the API.",
        "why": "The network, a proxy or the API is down.",
        "remedy": "Run apply again once it answers.",
        "example": "guestlist doctor"
      },
      "stopped_fail_fast": {
        "means": "The run stopped at its first failure.",
        "why": "`--fail-fast` asks for it.",
        "remedy": "Fix what failed, or leave out the flag.",
        "example": "guestlist apply"
      },
      "stopped_lock_lost": {
        "means": "The run stopped because it lost the lock of the state.",
        "why": "Somebody unlocked it by force, or the connection to the database ended. Another run may have begun.",
        "remedy": "Make sure that no other run is under way, then run apply again.",
        "example": "guestlist doctor"
      },
      "stopped_bug": {
        "means": "The run stopped at a bug in guestlist.",
        "why": "Something happened that guestlist does not expect.",
        "remedy": "Please report it, with the output at `--log-level debug`.",
        "example": "guestlist apply --log-level debug"
      },
      "stopped_state": {
        "means": "The run stopped because removals can no longer be remembered.",
        "why": "The state cannot be written: a full disk, a missing permission, or a server that is down.",
        "remedy": "Fix that and run apply again. If a user was removed and it was not remembered, the next apply finds them absent.",
        "example": "guestlist state list"
      },
      "stopped_audit": {
        "means": "The run stopped because the audit log can no longer be written.",
        "why": "Nothing is done that is not recorded.",
        "remedy": "Free some space or correct the permissions, then run apply again.",
        "example": "guestlist audit verify audit.jsonl"
      }
    }
  },
  {
    "name": "notice",
    "title": "Warnings of a command",
    "shown": "standard error; `serve --log-format json`",
    "pages": {
      "unknown_variable": {
        "means": "A GUESTLIST_… variable is set that names no flag.",
        "why": "Guards and protections are set that way, and a typo would undo one.",
        "remedy": "Correct its name: the message suggests one. Variables of your own need another prefix.",
        "example": "GUESTLIST_PROTECT=\"*@it.acme.example\" guestlist plan"
      },
      "unused_flag": {
        "means": "A flag, or its variable, has no effect on this command.",
        "why": "Common flags are accepted everywhere, so that a pipeline can give them to all its steps.",
        "remedy": "Leave it out; it was perhaps meant for another command.",
        "example": "guestlist validate --json"
      },
      "state_not_locked": {
        "means": "The state is not locked during this run.",
        "why": "`--no-lock` says so, or the state server has no lock address. Two runs at a time could undo each other.",
        "remedy": "Set state.lockAddress or TF_HTTP_LOCK_ADDRESS, or leave out `--no-lock`.",
        "example": "state:\n  backend: http\n  address: https://state.acme.example/guestlist\n  lockAddress: https://state.acme.example/guestlist/lock"
      },
      "lock_taken_over": {
        "means": "The lock of a process that has ended was taken over.",
        "why": "That run was killed. What it did is in the state and the audit log.",
        "remedy": "Nothing, if that run was meant to end.",
        "example": "guestlist audit show audit.jsonl"
      },
      "tests_incomplete": {
        "means": "Some invitations are not in the recorded tests.",
        "why": "A test cannot express their role, or their address.",
        "remedy": "Write tests of what matters about them by hand.",
        "example": "guestlist test --coverage"
      },
      "test_file_name": {
        "means": "The recorded tests are in a file that `guestlist test` does not find by itself.",
        "why": "It looks for `*.test.yaml` beside the manifest.",
        "remedy": "Rename the file, or name it.",
        "example": "guestlist test tests/everything.yaml"
      },
      "lint_undecided": {
        "means": "What some rules cover is too complex to be decided.",
        "why": "Many wildcards in many fields at once would take unreasonably long, so nothing is said of whether they are shadowed, redundant or in conflict.",
        "remedy": "Simplify them, or test what they decide.",
        "example": "guestlist test --coverage"
      },
      "manifest_too_large": {
        "means": "The exported manifest is larger than one manifest may be.",
        "why": "More is live than 10 MiB of rules can describe.",
        "remedy": "Split it into several files, or export one status at a time.",
        "example": "guestlist export --status accepted --out accepted.yaml"
      },
      "tokens_not_revoked": {
        "means": "The login is forgotten here, but its tokens were not revoked.",
        "why": "The identity provider could not be reached, or refused.",
        "remedy": "End the session in the provider's account console.",
        "example": "guestlist logout"
      },
      "login_unused": {
        "means": "A credential in the environment takes precedence over the login.",
        "why": "The first credential in the list is used, and the login comes last.",
        "remedy": "Unset the variable to use the login.",
        "example": "guestlist auth status"
      },
      "run_failed": {
        "means": "A run of serve failed, was refused, or did not finish.",
        "why": "The lines say why.",
        "remedy": "Fix that; serve retries by itself, with longer and longer pauses.",
        "example": "curl http://127.0.0.1:8080/status"
      },
      "webhook_not_forwarded": {
        "means": "A webhook could not be passed on to the address of `--forward`.",
        "why": "That server is down or refused it. guestlist itself acted on it.",
        "remedy": "Check that server; the event is not sent again.",
        "example": "guestlist serve --forward https://hooks.acme.example/bimdata"
      },
      "no_leader": {
        "means": "This instance of serve cannot find out whether it is the one to work.",
        "why": "The state's lock cannot be reached.",
        "remedy": "Check the state; serve retries by itself.",
        "example": "guestlist doctor"
      },
      "grace_exceeded": {
        "means": "What was in flight did not finish within `--grace`, and was cut.",
        "why": "The service was asked to end. An action that was cut may have taken effect: the next run reads it.",
        "remedy": "Give it longer, and the supervisor longer still.",
        "example": "guestlist serve --grace 60s"
      },
      "remote_listener": {
        "means": "Others may be able to reach the page of serve.",
        "why": "`--allow-remote` is set. The page shows names and addresses to anybody who asks.",
        "remedy": "Put a proxy that authenticates in front of it.",
        "example": "guestlist serve --listen 0.0.0.0:8080 --allow-remote"
      }
    }
  },
  {
    "name": "check",
    "title": "Checks of doctor",
    "shown": "every format of `doctor`",
    "pages": {
      "node_version": {
        "means": "Whether this Node.js is one that guestlist supports.",
        "why": "Older ones lack what guestlist is built on.",
        "remedy": "Install Node.js 20.19 or later, 22.12 or later, or 24 or later.",
        "example": "node --version"
      },
      "manifest": {
        "means": "Whether the manifest can be read and has no problems.",
        "why": "Nothing is planned from a manifest with a problem.",
        "remedy": "Look at each problem with its line.",
        "example": "guestlist validate"
      },
      "credential": {
        "means": "Which credential is used, and until when.",
        "why": "Without one the API tells nothing; one that ends during an apply stops it halfway.",
        "remedy": "Set a credential, or get a new one.",
        "example": "guestlist auth status\nguestlist login"
      },
      "token_scopes": {
        "means": "Whether the token has the scope that the API needs.",
        "why": "Without it the API answers with 403.",
        "remedy": "Give the scope to the application; where the provider does not grant it by itself, ask for it.",
        "example": "BIMDATA_SCOPE=\"org:manage\" guestlist doctor"
      },
      "api": {
        "means": "Whether the API answers at its address.",
        "why": "DNS, a certificate, a proxy or a firewall can be in between.",
        "remedy": "The message says which. Check `--api-url` and HTTPS_PROXY.",
        "example": "guestlist doctor --api-url https://api.bimdata.io"
      },
      "clock": {
        "means": "Whether this machine's clock agrees with the API's.",
        "why": "Tokens, approvals and the dates of rules are judged by it.",
        "remedy": "Have the machine synchronize its clock (NTP).",
        "example": "timedatectl set-ntp true"
      },
      "invitations": {
        "means": "Whether the list of invitations can be read and is understood.",
        "why": "Every plan begins with it.",
        "remedy": "Give the credential permission to manage the identity provider; for a status that is not known, look for a newer guestlist.",
        "example": "guestlist invitations list"
      },
      "clouds": {
        "means": "Whether clouds and their members can be read.",
        "why": "Otherwise a plan cannot say which clouds a removal deletes.",
        "remedy": "Give guestlist a credential for the clouds, in BIMDATA_CLOUD_… variables.",
        "example": "BIMDATA_CLOUD_API_KEY_FILE=/run/secrets/cloud-key guestlist doctor"
      },
      "state": {
        "means": "Whether the state can be read.",
        "why": "No plan is made without it: a completed removal could be requested again.",
        "remedy": "The message says what is in the way.",
        "example": "guestlist state list"
      },
      "state_lock": {
        "means": "Whether the state is locked, by whom and since when.",
        "why": "While it is, apply waits and then gives up. No run takes hours.",
        "remedy": "If that run has certainly ended, unlock the state.",
        "example": "guestlist state unlock ID"
      },
      "webhook_secret": {
        "means": "Whether serve accepts webhooks.",
        "why": "Without a secret the signature of a webhook cannot be checked, and the address does not exist.",
        "remedy": "Set the secret that BIMData signs with.",
        "example": "GUESTLIST_WEBHOOK_SECRET_FILE=/run/secrets/webhook guestlist serve"
      },
      "signers": {
        "means": "Whether enough people may approve.",
        "why": "A plan that needs more approvals than there are approvers is always refused.",
        "remedy": "Name the signers file, and list more people in it, each with their own key.",
        "example": "guestlist doctor --allowed-signers allowed_signers"
      },
      "keycloak": {
        "means": "Whether Keycloak answers, and its service account may see users and delete them. Checked only where the manifest names a Keycloak.",
        "why": "Without it no plan with removals is made, and nothing is applied.",
        "remedy": "The message names what is missing: an account in the environment, its correct secret, or a role of the client \"realm-management\".",
        "example": "KEYCLOAK_CLIENT_ID=guestlist KEYCLOAK_CLIENT_SECRET_FILE=/run/secrets/keycloak guestlist doctor"
      }
    }
  }
]
