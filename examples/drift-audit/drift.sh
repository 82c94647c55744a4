#!/usr/bin/env bash
# Plans, and says by the output `drift` whether there is something to do (3: that apply would refuse); plan.md holds what. A plan that
# cannot be made fails.
# Needs GITHUB_OUTPUT and BIMData's credentials.
set -euo pipefail

code=0
guestlist plan --detailed-exitcode --format markdown > plan.md || code=$?
case $code in
  0) echo 'drift=false' >> "$GITHUB_OUTPUT" ;;
  2 | 3) echo 'drift=true' >> "$GITHUB_OUTPUT" ;;
  *) exit "$code" ;;
esac
