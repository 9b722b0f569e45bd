# shellcheck shell=bash
# Sourced by every script in tests/cli, tests/hostile and tests/interop: one script tests one
# sub-command or property of the program $COMPOSE, in a private folder that goes away.
#
#   expect STATUS COMMAND…   runs it; $out and $err hold what it printed
#   has TEXT PATTERN         TEXT has a line that matches the extended expression
#   lacks TEXT PATTERN       … has none
#   same A B                 two strings are equal
#   step WORDS…              names what comes next
set -euo pipefail
umask 022
export LC_ALL=C.UTF-8 TZ=UTC NO_COLOR=1
unset SOURCE_DATE_EPOCH GNUPGHOME

COMPOSE=${COMPOSE:?the program under test}
SUPPORT=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d /tmp/compose-test.XXXXXX)
export HOME=$work/home XDG_CACHE_HOME=$work/cache
mkdir -p "$HOME"
current='(start)'
out='' err='' status=0

finish() {
  local code=$?
  gpgconf --homedir "$work/gnupg" --kill all 2>/dev/null || true
  chmod -R u+rwX "$work" 2>/dev/null || true
  rm -rf "$work"
  [ $code -eq 0 ] || echo "FAILED: $current" >&2
}
trap finish EXIT

step() { current=$*; echo "-- $*"; }
fail() { printf 'FAILED: %s: %s\n' "$current" "$*" >&2; exit 1; }

expect() {
  local wanted=$1
  shift
  status=0
  "$@" >"$work/.out" 2>"$work/.err" </dev/null || status=$?
  out=$(tr -d '\0' <"$work/.out")
  err=$(tr -d '\0' <"$work/.err")
  [ "$status" -eq "$wanted" ] || fail "'$*' gave $status, not $wanted
stdout: $out
stderr: $err"
}

has() { grep -qE -- "$2" <<<"$1" || fail "nothing matches /$2/ in: $1"; }
lacks() { if grep -qE -- "$2" <<<"$1"; then fail "something matches /$2/ in: $1"; fi; }
same() { [ "$1" = "$2" ] || fail "'$1' is not '$2'"; }

# A digest of everything in a folder: names, types, modes, contents.
fingerprint_of() {
  if [ -e "$1" ]; then
    (cd "$1" && find . -printf '%p %y %m %l\n' | sort && find . -type f -print0 | sort -z | xargs -0r sha256sum) | sha256sum
  else
    echo absent
  fi
}

# codes_of JSON: the codes of all findings, sorted, one line.
codes_of() { jq -r '[.findings[].code] | unique | join(" ")' <<<"$1"; }

namespaces_work() { unshare -Urmpf true 2>/dev/null; }

cd "$work"
