#!/usr/bin/env bash
# Lints and tests the manifest, without credentials for BIMData; what lint finds goes to code scanning, the tests' results to the run's
# summary and to junit.xml. Needs GITHUB_REPOSITORY, GITHUB_STEP_SUMMARY and, where UPLOAD is true, GH_TOKEN (security-events: write),
# COMMIT and REF.
set -euo pipefail

code=0
guestlist lint || code=1
guestlist test --format junit > junit.xml || code=1
{ echo '```text'; guestlist test || true; echo '```'; } >> "$GITHUB_STEP_SUMMARY"

if [[ $UPLOAD == true ]]; then
  guestlist lint --format sarif > lint.sarif || true # its exit code was taken above
  gzip --stdout --no-name lint.sarif | base64 --wrap=0 > lint.sarif.gz.base64
  gh api --silent --method POST "repos/$GITHUB_REPOSITORY/code-scanning/sarifs" \
    --raw-field "commit_sha=$COMMIT" --raw-field "ref=$REF" --field "sarif=@lint.sarif.gz.base64"
fi
exit "$code"
