#!/bin/bash
# compose countersign: another team's stamp, after a look at what is stamped.
. "$(dirname "$0")/../support/cli.sh"
. "$SUPPORT/shop.sh"
make_shop
expect 0 "$COMPOSE" recipe.toml --no-test
sed -i '/stage = "base"/a countersigned_by = "security"' policy.toml

step 'the policy wants a stamp'
expect 1 "$COMPOSE" verify out --policy policy.toml --json
same "$(codes_of "$out")" countersign-missing

step 'a stamp satisfies it'
cp -r out before-stamp
echo '{"open": 0}' >scan.json
expect 0 "$COMPOSE" countersign out --stage base --key keys/security.asc --policy policy.toml \
  --reason 'scanned' --evidence scan.json --log custody
has "$out" "pass by team 'security'"
expect 0 "$COMPOSE" verify out --policy policy.toml --log custody
has "$out" 'sam \(security\)'

step 'the bundle from before the stamp is older than the log'
expect 1 "$COMPOSE" verify before-stamp --policy policy.toml --log custody --json
has "$(codes_of "$out")" stale-bundle

step 'a rebuild keeps the stamp and adds nothing'
expect 0 "$COMPOSE" recipe.toml --no-test --json
same "$(jq -r .custody.entries_added <<<"$out")" 0
expect 0 "$COMPOSE" verify out --policy policy.toml --log custody

step 'a stamp without the log travels with the image, and the next build takes it in'
expect 0 "$COMPOSE" countersign out --stage runtime --key keys/security.asc --policy policy.toml --expires 2999-01-01
has "$err" 'no log'
expect 0 "$COMPOSE" verify out --policy policy.toml
expect 0 "$COMPOSE" recipe.toml --no-test --tag again
expect 0 "$COMPOSE" verify out:again --policy policy.toml --log custody
expect 0 "$COMPOSE" log out:again --json
same "$(jq '[.entries[] | select(.kind == "countersign" and .index != null)] | length' <<<"$out")" 2

step 'a fail by a required team refuses the image'
cp -r out failing
expect 0 "$COMPOSE" countersign failing:1.0 --stage base --key "$(key_of security)" --policy policy.toml \
  --verdict fail --reason 'CVE found'
expect 1 "$COMPOSE" verify failing:1.0 --policy policy.toml --json
has "$(codes_of "$out")" countersign-fail

step 'nobody stamps their own work'
expect 0 "$COMPOSE" recipe.toml --no-test -o own --log ownlog
sed 's/^security = .*/security = ["sam", "olga"]/' policy.toml >cosy.toml
expect 0 "$COMPOSE" countersign own --stage base --key keys/ops.asc --policy cosy.toml --team security
expect 1 "$COMPOSE" verify own --policy cosy.toml --json
has "$(codes_of "$out")" countersign-missing
has "$(codes_of "$out")" countersign-self

step 'a faulty image is not stamped'
cp -r out faulty
layer=$(find faulty/blobs/sha256 -type f -size +100k | head -1)
chmod u+w "$layer"
printf '\x55' | dd of="$layer" bs=1 seek=400 conv=notrunc status=none
before=$(fingerprint_of faulty)
expect 1 "$COMPOSE" countersign faulty:1.0 --stage base --key keys/security.asc --policy policy.toml
has "$out" 'nothing was signed'
same "$(fingerprint_of faulty)" "$before"

step 'a key of nobody, a stage that is not there, no policy, a date of the past'
expect 2 "$COMPOSE" countersign out:1.0 --stage nosuch --key keys/security.asc --policy policy.toml
has "$err" 'its stages: app, base, runtime'
make_keys stranger
expect 2 "$COMPOSE" countersign out:1.0 --stage base --key keys/stranger.asc --policy policy.toml
expect 2 "$COMPOSE" countersign out:1.0 --stage base --key keys/security.asc
expect 2 "$COMPOSE" countersign out:1.0 --stage base --key keys/security.asc --policy policy.toml --expires 2001-01-01
expect 2 "$COMPOSE" countersign out:1.0 --stage base --key keys/nosuch.asc --policy policy.toml

step '--trust-image is loud'
expect 0 "$COMPOSE" countersign out:1.0 --stage app --key keys/security.asc --trust-image --team security
has "$err" 'NOT checked'
