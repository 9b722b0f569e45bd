#!/bin/sh
# Every source is as clang-format 14 would write it (`cmake --build … --target format` does).
set -eu
cd "$(dirname "$0")/../.."
git ls-files -z '*.cpp' '*.hpp' | xargs -0 clang-format-14 --dry-run --Werror
