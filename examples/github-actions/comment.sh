#!/usr/bin/env bash
# Writes the plan of a pull request into its comment, or makes the comment. What comes from the pull request is data: the plan is
# rendered anew here, so that nothing but a plan can be shown, and the number is asked of GitHub.
# Needs GH_TOKEN (actions: read, pull-requests: write), GITHUB_REPOSITORY, RUN_ID, RUN_URL, RUN_CONCLUSION, HEAD_OWNER,
# HEAD_BRANCH, HEAD_SHA.
set -euo pipefail

marker='<!-- guestlist-plan -->' # the first line of --format markdown

number=$(
  gh api --method GET "repos/$GITHUB_REPOSITORY/pulls" --raw-field state=open --raw-field "head=$HEAD_OWNER:$HEAD_BRANCH" |
    node -e '
      const pulls = JSON.parse(require("node:fs").readFileSync(0, "utf8"))
      const pull = pulls.find(({ head }) => head.sha === process.env.HEAD_SHA)
      if (pull) console.log(pull.number)'
)
if [[ -z $number ]]; then
  echo "$HEAD_SHA is no longer the head of an open pull request: nothing to say."
  exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# A plan that apply would refuse fails its run, and is shown all the same.
if gh run download "$RUN_ID" --repo "$GITHUB_REPOSITORY" --name guestlist-plan --dir "$work" || [[ $RUN_CONCLUSION == success ]]; then
  guestlist show "$work/plan.json" --format markdown > "$work/body.md"
else
  printf '%s\n### This pull request could not be planned\n\n[What is wrong](%s)\n' "$marker" "$RUN_URL" > "$work/body.md"
fi

# Only our own comment is updated: anybody can write the marker into one of theirs.
comment=$(
  gh api --paginate --slurp "repos/$GITHUB_REPOSITORY/issues/$number/comments" |
    MARKER=$marker node -e '
      const comments = JSON.parse(require("node:fs").readFileSync(0, "utf8")).flat()
      const ours = comments.find(({ user, body }) =>
        user?.login === "github-actions[bot]" && body.startsWith(process.env.MARKER))
      if (ours) console.log(ours.id)'
)
if [[ -n $comment ]]; then
  gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$comment" --field "body=@$work/body.md"
else
  gh api --silent --method POST "repos/$GITHUB_REPOSITORY/issues/$number/comments" --field "body=@$work/body.md"
fi
