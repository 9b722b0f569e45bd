#!/bin/bash
# compose check: faults of an image, named by layer, entry and rule; nothing is written.
. "$(dirname "$0")/../support/cli.sh"
. "$SUPPORT/shop.sh"
make_shop
expect 0 "$COMPOSE" recipe.toml --no-test

step 'a good image'
expect 0 "$COMPOSE" check out
has "$out" '^OK'
expect 0 "$COMPOSE" check out:1.0 --json
same "$(jq -r .ok <<<"$out")" true

step 'a read-only layout is fine, and nothing is written'
before=$(fingerprint_of out)
chmod -R a-w out
expect 0 "$COMPOSE" check out:1.0
chmod -R u+w out
same "$(fingerprint_of out)" "$before"

blob_of() { jq -r "$2" "out/blobs/sha256/$1"; }
manifest=$(jq -r '.manifests[] | select(.annotations["org.opencontainers.image.ref.name"] == "1.0") | .digest' out/index.json)
layer=$(blob_of "${manifest#sha256:}" '.layers[1].digest')
file=out/blobs/sha256/${layer#sha256:}

step 'a flipped bit'
cp "$file" keep
printf '\x55' | dd of="$file" bs=1 seek=40 conv=notrunc status=none
expect 1 "$COMPOSE" check out --json
has "$(codes_of "$out")" 'blob-digest'
has "$out" 'layer 1'

step 'a truncated and an extended blob'
head -c 50 keep >"$file"
expect 1 "$COMPOSE" check out --json
has "$(codes_of "$out")" 'blob-size'
{ cat keep; echo more; } >"$file"
expect 1 "$COMPOSE" check out --json
has "$(codes_of "$out")" 'blob-size'

step 'a missing blob'
rm "$file"
expect 1 "$COMPOSE" check out --json
has "$(codes_of "$out")" 'blob-missing'
cp keep "$file"
expect 0 "$COMPOSE" check out

step 'what is no layout, and tags that are not there'
mkdir empty
expect 2 "$COMPOSE" check empty
expect 2 "$COMPOSE" check nowhere
expect 2 "$COMPOSE" check out:2.0
has "$err" '1\.0'
expect 2 "$COMPOSE" check "out@sha256:zz"
expect 2 "$COMPOSE" check

step 'an image of another tool'
if command -v umoci >/dev/null; then
  umoci init --layout foreign
  umoci new --image foreign:a
  umoci unpack --rootless --image foreign:a bundle 2>/dev/null
  cp -r root/etc bundle/rootfs/etc
  umoci repack --image foreign:a bundle 2>/dev/null
  expect 0 "$COMPOSE" check foreign:a
fi
