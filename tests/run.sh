#!/bin/bash
# Passes the tests: installs what is missing, builds with warnings as errors, and runs the unit
# tests under the sanitizers, then the scripts over the program as it is shipped.
#   tests/run.sh [-R PATTERN]     only the tests whose name matches
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=$(nproc)

./install-packages.sh build examples tests
cmake --preset asan >/dev/null
cmake --build --preset asan
cmake --preset checked >/dev/null
cmake --build --preset checked
failed=0
ctest --preset asan -j "$jobs" "$@" || failed=1
ctest --preset checked -j "$jobs" "$@" || failed=1
exit $failed
