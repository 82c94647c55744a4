#!/usr/bin/env bash
# Brings the latest saved live state as snapshot/live.json.
# Needs GH_TOKEN (actions: read), GITHUB_REPOSITORY, DEFAULT_BRANCH.
set -euo pipefail

# A fork may name its branch like the default branch, and may change a workflow: only a run that no pull request started counts.
run=$(
  gh run list --repo "$GITHUB_REPOSITORY" --workflow snapshot.yml --branch "$DEFAULT_BRANCH" --status success \
    --json databaseId,event |
    node -e '
      const runs = JSON.parse(require("node:fs").readFileSync(0, "utf8"))
      const run = runs.find(({ event }) => event === "schedule" || event === "workflow_dispatch")
      if (run) console.log(run.databaseId)'
)
if [[ -z $run ]]; then
  echo 'There is no snapshot yet: run the workflow "guestlist snapshot" once.' >&2
  exit 1
fi
gh run download "$run" --repo "$GITHUB_REPOSITORY" --name guestlist-snapshot --dir snapshot
