#!/bin/bash
# Runs a test script as an ordinary user, from a place that such a user can read:
#   as-user.sh SCRIPT      ($COMPOSE is the program under test)
# Called by root it becomes user 12345; called by an ordinary user it changes nothing.
set -euo pipefail
script=$1
if [ "$(id -u)" -ne 0 ]; then exec "$script"; fi

drop=(setpriv --reuid=12345 --regid=12345 --clear-groups)
top=$(cd "$(dirname "$0")/../.." && pwd)
if ! "${drop[@]}" test -x "$COMPOSE" -a -r "$script"; then
  stage=$(mktemp -d /tmp/compose-stage.XXXXXX)
  trap 'rm -rf "$stage"' EXIT
  chmod 755 "$stage"
  cp -R "$top/tests" "$top/examples" "$stage/"
  install -m 755 -s "$COMPOSE" "$stage/compose"
  chmod -R a+rX "$stage"
  script=$stage/${script#"$top"/}
  COMPOSE=$stage/compose
fi
cd /tmp
COMPOSE=$COMPOSE "${drop[@]}" "$script"
