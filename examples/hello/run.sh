#!/bin/sh
# The smallest example: keys, a shell from the package busybox-static, compose, verify, run.
#   examples/hello/run.sh [COMPOSE [WORKDIR]]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
compose=${1:-$here/../../build/release/compose}
work=${2:-$here/../../build/hello}

mkdir -p "$work/base/bin"
cp "$here/recipe.toml" "$here/policy.toml" "$work/"
work=$(cd "$work" && pwd)
. "$here/../throw-away-keys.sh"
throw_away_keys "$work" ops app

install -m 0755 /bin/busybox "$work/base/bin/busybox"
ln -sf busybox "$work/base/bin/sh"

cd "$work"
"$compose" recipe.toml
"$compose" verify out:1.0 --policy policy.toml
"$compose" run out:1.0 --policy policy.toml
