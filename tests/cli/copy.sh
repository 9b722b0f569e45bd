#!/bin/bash
# compose copy: the custody goes along.
. "$(dirname "$0")/../support/cli.sh"
. "$SUPPORT/shop.sh"
make_shop
expect 0 "$COMPOSE" recipe.toml --no-test --tag latest

step 'to a new layout'
expect 0 "$COMPOSE" copy out:1.0 release
expect 0 "$COMPOSE" verify release:1.0 --policy policy.toml --log custody
expect 0 "$COMPOSE" check release

step 'into a layout that holds something, under the tags it was sealed for'
expect 0 "$COMPOSE" copy out:latest release
expect 0 "$COMPOSE" verify release:latest --policy policy.toml
expect 0 "$COMPOSE" verify release:1.0 --policy policy.toml

step 'another tag is not what was sealed'
expect 0 "$COMPOSE" copy out:1.0 release:stable
expect 1 "$COMPOSE" verify release:stable --policy policy.toml --json
same "$(codes_of "$out")" seal-tag

step 'copying twice changes nothing'
before=$(fingerprint_of release)
expect 0 "$COMPOSE" copy out:1.0 release
same "$(fingerprint_of release)" "$before"

step 'a faulty blob is not copied'
layer=$(find out/blobs/sha256 -type f -size +100k | head -1)
printf '\x55' | dd of="$layer" bs=1 seek=400 conv=notrunc status=none
expect 1 "$COMPOSE" copy out:1.0 other
[ ! -e other ] || fail 'a layout was left behind'
expect 2 "$COMPOSE" copy out:nosuch other
mkdir busy && touch busy/x
expect 3 "$COMPOSE" copy release:1.0 busy
