#!/bin/bash
# compose log: the custody log in order, with a picture.
. "$(dirname "$0")/../support/cli.sh"
. "$SUPPORT/shop.sh"
make_shop
expect 0 "$COMPOSE" recipe.toml --no-test
expect 0 "$COMPOSE" countersign out --stage base --key keys/security.asc --policy policy.toml --reason 'clean' --log custody

step 'entries in order, and who vouches for what'
expect 0 "$COMPOSE" log out:1.0
has "$out" '^0 +genesis +release'
has "$out" '^1 +layer +ops +base'
has "$out" '^4 +seal +release'
has "$out" '^5 +countersign +security +base'
has "$out" '^ops +o  vouches for layer 0 of base'
has "$out" '`- security: pass "clean"'
has "$out" '^release +o  seals shop/web:1\.0'

step 'JSON with the statements'
expect 0 "$COMPOSE" log out --json
same "$(jq -r '.entries | map(.kind) | join(" ")' <<<"$out")" 'genesis layer layer layer seal countersign'
same "$(jq -r '.entries[1].statement.predicateType' <<<"$out")" urn:compose:custody:v1:layer
same "$(jq -r .log_size <<<"$out")" 6

step 'the log in its folder is in tlog-tiles layout'
has "$(head -1 custody/checkpoint)" '^compose\.custody/[0-9a-f]{64}$'
same "$(sed -n 2p custody/checkpoint)" 6
[ -f custody/tile/0/000.p/6 ] && [ -f custody/tile/entries/000.p/6 ] || fail 'tiles are missing'

step 'an image without custody'
expect 0 "$COMPOSE" recipe.toml --unsigned -o plain
expect 1 "$COMPOSE" log plain
has "$err" 'no custody'
