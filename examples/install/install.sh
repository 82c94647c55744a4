#!/usr/bin/env bash
# Installs guestlist from the tarball that lies beside this script, if its checksum is the one pinned in guestlist.sha512. Nothing is
# asked of a registry: what is called `guestlist` there is somebody else's program.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

read -r sum tarball < guestlist.sha512
printf '%s  %s\n' "$sum" "$tarball" | sha512sum --check --strict >&2
npm install --global --ignore-scripts --offline "./$tarball"
