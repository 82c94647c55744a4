#!/usr/bin/env bash
# Brings the approvals that people pushed to the branch guestlist-approvals into a folder. Whoever may push there decides nothing
# by it: only signatures by keys of the signers file count. Nothing but plain files is taken, under names of our own.
set -euo pipefail

branch=guestlist-approvals
folder=${1:?usage: approvals.sh FOLDER}

mkdir -p "$folder"
code=0
git ls-remote --exit-code --quiet origin "refs/heads/$branch" > /dev/null || code=$?
[[ $code != 2 ]] || exit 0 # nobody has approved anything yet
[[ $code == 0 ]] || exit "$code"
git fetch --quiet --depth 1 origin "refs/heads/$branch"
git ls-tree FETCH_HEAD | awk '$1 == "100644" && /\.sig$/ { print $3 }' | while read -r blob; do
  git cat-file blob "$blob" > "$folder/$blob.sig"
done
