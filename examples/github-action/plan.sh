#!/usr/bin/env bash
# Plans into $PLAN, with the plan in the summary and its digest and counts as outputs. A plan that apply would refuse fails the step.
# Needs MANIFEST, SNAPSHOT (may be empty), PLAN, GITHUB_STEP_SUMMARY, GITHUB_OUTPUT; without a snapshot BIMData's credentials.
set -euo pipefail

arguments=(--detailed-exitcode --out "$PLAN" --format markdown)
while IFS= read -r path; do
  [[ -z $path ]] || arguments+=(--file "$path")
done <<< "$MANIFEST"
if [[ -z ${MANIFEST//[[:space:]]/} || -z $PLAN ]]; then
  echo 'The inputs manifest and plan may not be empty: is a variable that they name set?' >&2
  exit 1
fi
[[ -z $SNAPSHOT ]] || arguments+=(--from "$SNAPSHOT")

code=0
guestlist plan "${arguments[@]}" >> "$GITHUB_STEP_SUMMARY" || code=$?
case $code in
  0 | 2 | 3) ;;
  *) exit "$code" ;;
esac
node -e '
  const { digest, summary, actions } = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8")).guestlist
  const outputs = { changes: actions.length > 0, digest, accept: summary.accept, deny: summary.deny, remove: summary.remove }
  for (const [name, value] of Object.entries(outputs)) console.log(`${name}=${value}`)' "$PLAN" >> "$GITHUB_OUTPUT"
[[ $code != 3 ]] || exit 3
