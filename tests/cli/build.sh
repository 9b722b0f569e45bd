#!/bin/bash
# compose build: the main job, and what it leaves as it was.
. "$(dirname "$0")/../support/cli.sh"
. "$SUPPORT/shop.sh"
make_shop

step 'composes, signs, tests, seals and tags'
expect 0 "$COMPOSE" recipe.toml
has "$out" '^out:1\.0 sha256:[0-9a-f]{64}$'
first=$out
has "$err" "stage 'base'"
expect 0 "$COMPOSE" verify out:1.0 --policy policy.toml
expect 0 "$COMPOSE" check out:1.0

step 'a second build adds nothing and calls no gpg'
log=$(fingerprint_of custody)
mkdir -p bin
printf '#!/bin/sh\nexit 99\n' >bin/gpg
chmod +x bin/gpg
expect 0 env PATH="$work/bin:$PATH" GNUPGHOME=/nonexistent "$COMPOSE" build recipe.toml
same "$out" "$first"
same "$(fingerprint_of custody)" "$log"
expect 0 "$COMPOSE" verify out:1.0 --policy policy.toml

step 'another folder gets the same image from the same log'
expect 0 "$COMPOSE" recipe.toml -o elsewhere --json
same "$(jq -r .manifest <<<"$out")" "${first#* }"
same "$(jq -r .custody.entries_added <<<"$out")" 0
expect 0 "$COMPOSE" verify elsewhere --policy policy.toml --log custody

step 'only the changed stage is signed again'
echo more >>runtime/lib/server.conf
expect 0 "$COMPOSE" recipe.toml --json
# runtime, app (its place in the chain changed), seal
same "$(jq -r .custody.entries_added <<<"$out")" 3
expect 0 "$COMPOSE" verify out --policy policy.toml --log custody

step 'the old manifest stays, untagged'
expect 0 "$COMPOSE" check "out@${first#* }"
same "$(jq '[.manifests[] | select(.annotations["org.opencontainers.image.ref.name"] == "1.0")] | length' out/index.json)" 1

step 'more tags'
expect 0 "$COMPOSE" recipe.toml --tag latest --tag 1
expect 0 "$COMPOSE" verify out:latest --policy policy.toml
expect 0 "$COMPOSE" verify out:1.0 --policy policy.toml
expect 2 "$COMPOSE" recipe.toml --tag 'no good'

if namespaces_work; then
  step 'a failed test is exit 1: no seal, no tag, nothing changed'
  log=$(fingerprint_of custody) layout=$(fingerprint_of out)
  sed -i 's/shop 1\\\\\./shop 2\\\\./' recipe.toml
  expect 1 "$COMPOSE" recipe.toml
  has "$err" "test 'starts'"
  same "$(fingerprint_of custody)" "$log"
  same "$(fingerprint_of out)" "$layout"

  step '--no-test is recorded in the seal'
  expect 0 "$COMPOSE" recipe.toml --no-test --json
  same "$(jq -r .tests <<<"$out")" skipped
  expect 0 "$COMPOSE" verify out:1.0 --policy policy.toml --json
  same "$(jq -r .tests <<<"$out")" skipped
  sed -i 's/shop 2\\\\\./shop 1\\\\./' recipe.toml
fi

step 'a tag of another image is refused'
sed 's|shop/web|shop/other|' recipe.toml >other.toml
layout=$(fingerprint_of out)
expect 2 "$COMPOSE" other.toml --log custody-other
has "$err" "shop/web"
same "$(fingerprint_of out)" "$layout"
expect 2 "$COMPOSE" other.toml -o out-other
has "$err" 'belongs to image'
same "$(fingerprint_of out-other)" absent

step 'a folder that is no layout is left alone'
mkdir busy && echo mine >busy/file
expect 3 "$COMPOSE" recipe.toml -o busy
same "$(ls busy)" file

step '--unsigned is loud, and verify says so'
expect 0 "$COMPOSE" recipe.toml --unsigned -o dev --log nolog
has "$err" UNSIGNED
same "$(fingerprint_of nolog)" absent
expect 1 "$COMPOSE" verify dev --policy policy.toml --json
has "$(codes_of "$out")" unsigned

step 'a missing secret key is told before the work; nothing is left'
expect 3 env GNUPGHOME="$work/empty" "$COMPOSE" recipe.toml -o out2 --log log2
same "$(fingerprint_of out2)$(fingerprint_of log2)" absentabsent
mkdir -m 700 empty
expect 3 env GNUPGHOME="$work/empty" "$COMPOSE" recipe.toml -o out2 --log log2
has "$err" "no secret key"
same "$(fingerprint_of out2)$(fingerprint_of log2)" absentabsent
