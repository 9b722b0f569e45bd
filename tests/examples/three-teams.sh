#!/bin/bash
# The example of the README: a Debian root, nginx and an app with a history, of three teams.
. "$(dirname "$0")/../support/cli.sh"
if ! namespaces_work; then echo 'SKIPPED: no user namespaces here'; exit 77; fi
if [ "$(id -u)" -ne 0 ] && ! grep -q "^$(id -un):" /etc/subuid; then
  echo 'SKIPPED: mmdebstrap needs subordinate ids for this user'
  exit 77
fi
expect 0 "$SUPPORT/../../examples/three-teams/run.sh" "$COMPOSE" "$work/shop"
has "$out" '^VERIFIED'
has "$out" '^base +ops +olga .*sam \(security\)'
has "$out" '^HTTP/1.1 200 OK'
has "$out" '^X-Environment: dev'
has "$err" "test 'serves a page': passed"

step 'another environment'
cd shop
expect 0 "$COMPOSE" run out:1.0 --mount "$PWD/conf/prod:/etc/shop:ro" -- /srv/app/bin/start selftest
has "$out" '^X-Environment: prod'
expect 0 "$COMPOSE" test out:1.0 --policy policy.toml

step 'broken on purpose'
export GNUPGHOME=$PWD/gnupg
sed 's|to = "/srv/app"|to = "/usr/bin"|' recipe.toml >broken.toml
expect 2 "$COMPOSE" broken.toml
has "$err" 'breach of contract by team .app.'
