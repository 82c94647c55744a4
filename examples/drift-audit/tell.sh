#!/usr/bin/env bash
# Opens, updates or closes the one issue that tells of drift.
# usage: tell.sh true|false, with plan.md. Needs GH_TOKEN (issues: write), GITHUB_REPOSITORY.
set -euo pipefail

drift=$1
title='What is live differs from the manifest'
label=guestlist-drift

# Only an issue of our own, whoever else uses the label.
issue=$(
  gh issue list --repo "$GITHUB_REPOSITORY" --state open --label "$label" --app github-actions --json number |
    node -p 'JSON.parse(require("node:fs").readFileSync(0, "utf8"))[0]?.number ?? ""'
)

if [[ $drift != true ]]; then
  [[ -z $issue ]] || gh issue close "$issue" --repo "$GITHUB_REPOSITORY" --comment 'What is live matches the manifest again.'
elif [[ -n $issue ]]; then
  gh issue edit "$issue" --repo "$GITHUB_REPOSITORY" --body-file plan.md
else
  gh label create "$label" --repo "$GITHUB_REPOSITORY" --force --description 'Live invitations and users differ from the manifest'
  gh issue create --repo "$GITHUB_REPOSITORY" --title "$title" --label "$label" --body-file plan.md
fi
