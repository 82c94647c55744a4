#!/usr/bin/env bash
# Plans a merge request from the latest saved live state of the default branch, without credentials for BIMData. Writes plan.md.
# Needs CI_API_V4_URL, CI_PROJECT_ID, CI_DEFAULT_BRANCH, CI_JOB_TOKEN.
set -euo pipefail

# The token goes by standard input: an argument would be in the list of processes.
printf 'header = "JOB-TOKEN: %s"\n' "$CI_JOB_TOKEN" |
  curl --config - --fail --silent --show-error --location --output live.json \
    "$CI_API_V4_URL/projects/$CI_PROJECT_ID/jobs/artifacts/$CI_DEFAULT_BRANCH/raw/live.json?job=snapshot"

guestlist plan --from live.json
guestlist plan --from live.json --format markdown > plan.md
