#!/usr/bin/env bash
# Says in the summary whether the pull request showed the plan of this digest: for the approver's eyes only. Who may write to the
# repository may edit a comment, so that nothing is decided by it.
# Needs DIGEST, GH_TOKEN (pull-requests: read), GITHUB_REPOSITORY, GITHUB_SHA, GITHUB_STEP_SUMMARY.
set -euo pipefail

number=$(gh api "repos/$GITHUB_REPOSITORY/commits/$GITHUB_SHA/pulls" |
  node -p 'JSON.parse(require("node:fs").readFileSync(0, "utf8"))[0]?.number ?? ""')
[[ -n $number ]] || exit 0
shown=$(gh api --paginate --slurp "repos/$GITHUB_REPOSITORY/issues/$number/comments" |
  node -e '
    const comments = JSON.parse(require("node:fs").readFileSync(0, "utf8")).flat()
    const ours = comments.filter(({ user }) => user?.login === "github-actions[bot]").map(({ body }) => body)
    const plan = ours.find(body => body.startsWith("<!-- guestlist-plan -->")) ?? ""
    const [, digest = ""] = plan.match(/^Digest: `(sha256:[0-9a-f]{64})`\s*$/m) ?? []
    console.log(digest)')
if [[ $shown == "$DIGEST" ]]; then
  printf '\nPull request #%s showed this plan.\n' "$number" >> "$GITHUB_STEP_SUMMARY"
else
  printf '\n**Pull request #%s did not show this plan**: the live state, the manifest or the comment has changed since. Read it before you approve.\n' \
    "$number" >> "$GITHUB_STEP_SUMMARY"
fi
