#!/bin/bash
# What other tools say of our images, and we of theirs: skopeo, umoci, oci-image-tool.
. "$(dirname "$0")/../support/cli.sh"
. "$SUPPORT/shop.sh"
make_shop
sed -i 's/^epoch/compression = "gzip"\nepoch/' recipe.toml
expect 0 "$COMPOSE" recipe.toml --no-test
manifest=${out#* }
sed 's/"gzip"/"zstd"/' recipe.toml >zstd.toml
expect 0 "$COMPOSE" zstd.toml --no-test -o out-zstd --log log-zstd

if command -v skopeo >/dev/null; then
  step 'skopeo copies both, digests preserved, and leaves the custody behind'
  for layout in out out-zstd; do
    expect 0 skopeo --insecure-policy copy -q --preserve-digests "oci:$layout:1.0" "oci:copied-$layout:1.0"
    expect 0 "$COMPOSE" check "copied-$layout:1.0"
    expect 1 "$COMPOSE" verify "copied-$layout:1.0" --policy policy.toml --json
    same "$(codes_of "$out")" custody-stripped
  done
  same "$(skopeo inspect --raw oci:copied-out:1.0 | sha256sum | cut -d' ' -f1)" "${manifest#sha256:}"
fi

if command -v umoci >/dev/null; then
  step 'umoci unpacks it (and checks every diff_id)'
  rootless=(); [ "$(id -u)" -eq 0 ] || rootless=(--rootless)
  expect 0 umoci unpack "${rootless[@]}" --image out:1.0 bundle
  cmp -s bundle/rootfs/bin/busybox root/bin/busybox || fail 'busybox differs'
  same "$(cat bundle/rootfs/srv/app/index.html)" page
  same "$(stat -c '%a %Y' bundle/rootfs/srv/app/bin/start)" '755 1767225600'

  step 'umoci repacks, and the result is a base for us, byte for byte'
  echo changed >bundle/rootfs/etc/changed
  rm bundle/rootfs/srv/app/index.html
  expect 0 umoci repack --image out:changed bundle
  expect 0 "$COMPOSE" check out:changed
  layers=$(jq -r '[.layers[].digest] | join(" ")' "out/blobs/sha256/$(jq -r '.manifests[] | select(.annotations["org.opencontainers.image.ref.name"] == "changed") | .digest' out/index.json | cut -d: -f2)")
  cat >onto.toml <<'TOML'
schema = 1
[image]
name = "shop/onto"
tag = "1.0"
platform = "linux/amd64"
[team.ops]
key = "keys/ops.asc"
[team.app]
key = "keys/app.asc"
may_write = ["/srv/app/**"]
[[stage]]
name = "base"
team = "ops"
from = { oci = "out", ref = "changed" }
[[stage]]
name = "app"
team = "app"
from = { files = { "new" = "text" } }
to = "/srv/app"
[seal]
team = "ops"
TOML
  expect 0 "$COMPOSE" onto.toml -o onto --log onto-log --json
  ours=$(jq -r '[.layers[].digest] | join(" ")' <<<"$out")
  same "${ours% *}" "$layers"
  expect 0 "$COMPOSE" check onto
  expect 0 "$COMPOSE" unpack onto flat
  same "$(cat flat/etc/changed) $(cat flat/srv/app/new)" 'changed text'
  [ ! -e flat/srv/app/index.html ] || fail 'a whiteout was not applied'
  sed "s|shop/web|shop/onto|; /^stage = \"runtime\"/,+1d" policy.toml | awk '/^\[\[require\]\]/{h=$0;next} h!=""{if($0~/^stage/)print h;h=""}{print}' | sed 's/signed_by = "release"/signed_by = "ops"/' >onto-policy.toml
  expect 0 "$COMPOSE" verify onto --policy onto-policy.toml
fi

if command -v oci-image-tool >/dev/null; then
  step 'oci-image-tool validates the layout'
  expect 0 "$COMPOSE" recipe.toml --unsigned -o plain
  expect 0 oci-image-tool validate --type image --ref name=1.0 plain
  expect 0 oci-image-tool validate --type image --ref name=1.0 copied-out
fi

step 'the tools of every day read the layers'
layer=$(jq -r '.layers[0].digest' "out-zstd/blobs/sha256/$(jq -r '.manifests[0].digest' out-zstd/index.json | cut -d: -f2)" | cut -d: -f2)
same "$(zstd -dcq "out-zstd/blobs/sha256/$layer" | tar -t | head -1)" bin/
