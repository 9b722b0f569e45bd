#!/bin/sh
# Every shell script passes shellcheck. What scripts source is followed where it can be.
set -eu
cd "$(dirname "$0")/../.."
git ls-files -z '*.sh' .ci/run | xargs -0 shellcheck --external-sources --source-path=SCRIPTDIR \
  --severity=warning --exclude=SC1090,SC1091,SC2034,SC2154,SC2164
