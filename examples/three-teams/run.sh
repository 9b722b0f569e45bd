#!/bin/sh
# From a fresh Debian 12 to a signed, verified and smoke-tested image of three teams:
#   examples/three-teams/run.sh [COMPOSE [WORKDIR]]
#
# Installs the packages that are missing (that step alone may ask for root), builds compose,
# makes throw-away keys for the teams, a Debian root, a server and an app with a history, and
# then does what the teams do. Run it again: nothing is made, signed or built twice.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
compose=${1:-}
work=${2:-$top/build/three-teams}
say() { printf '\n== %s\n' "$*"; }

"$top/install-packages.sh" build examples
if [ -z "$compose" ]; then
  say "building compose"
  cmake --preset release -S "$top" >/dev/null
  cmake --build "$top/build/release"
  compose=$top/build/release/compose
fi

mkdir -p "$work"
work=$(cd "$work" && pwd)
cp -R "$here/recipe.toml" "$here/policy.toml" "$here/conf" "$work/"
cd "$work"

say "throw-away keys for ops, runtime, app, release and security"
. "$here/../throw-away-keys.sh"
throw_away_keys "$work" ops runtime app release security

say "ops: a Debian root with its OpenSSL"
if [ ! -e rootfs.tar ]; then
  SOURCE_DATE_EPOCH=1767225600 mmdebstrap --quiet --format=tar --variant=essential \
    --include=ca-certificates,libpcre2-8-0,libssl3,zlib1g bookworm rootfs.tar.new
  mv rootfs.tar.new rootfs.tar
fi

say "runtime: nginx from Debian's package"
if [ ! -e runtime ]; then
  apt-get -qq download nginx 2>/dev/null || { mkdir -p lists/partial
    apt-get -qq update -o Dir::State::Lists="$work/lists" -o Dir::Cache="$work/lists"
    apt-get -qq download nginx -o Dir::State::Lists="$work/lists" -o Dir::Cache="$work/lists"; }
  dpkg-deb -x nginx_*.deb runtime.new
  mv runtime.new runtime
fi

say "app: a git repository with a history"
if [ ! -e app ]; then
  as_anna() { git -C app.new -c user.name=anna -c user.email=anna@example.com -c commit.gpgsign=false "$@"; }
  git init --quiet --initial-branch=main app.new
  mkdir app.new/web
  echo 0.9 > app.new/web/VERSION
  cp -R "$here/app/pages" app.new/web/
  as_anna add . && as_anna commit --quiet --message 'pages' --date '2025-12-01T12:00:00Z'
  cp -R "$here/app/bin" "$here/app/conf" app.new/web/
  echo 1.0 > app.new/web/VERSION
  as_anna add . && as_anna commit --quiet --message 'start the server' --date '2025-12-15T12:00:00Z'
  as_anna tag v1.0
  mv app.new app
fi

say "compose recipe.toml"
"$compose" recipe.toml

say "security looks at the base, and stamps it"
if ! "$compose" verify out:1.0 --policy policy.toml >/dev/null; then
  "$compose" countersign out:1.0 --stage base --key keys/security.asc --policy policy.toml \
    --reason 'scanned, nothing open' --log custody
fi

say "release: compose verify out:1.0 --policy policy.toml"
"$compose" verify out:1.0 --policy policy.toml --log custody

say "the custody log"
"$compose" log out:1.0

say "the same image with the configuration of dev"
"$compose" run out:1.0 --policy policy.toml --mount "$work/conf/dev:/etc/shop:ro" -- /srv/app/bin/start selftest

say "done: everything is in $work"
echo "try: cd $work; export GNUPGHOME=$GNUPGHOME; $compose inspect out:1.0"
