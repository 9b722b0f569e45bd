#!/bin/bash
# compose verify: a good image passes; each attack is a finding with its own code.
. "$(dirname "$0")/../support/cli.sh"
. "$SUPPORT/shop.sh"
make_shop
expect 0 "$COMPOSE" recipe.toml --no-test
edit() { rm -rf bad; cp -r out bad; python3 "$SUPPORT/edit_layout.py" bad 1.0 "$@"; }
verify() { "$COMPOSE" verify bad:1.0 --policy "${policy:-policy.toml}" --json "$@"; }
# attack CODE EDIT…: the edited image is refused, with this finding among others
attack() {
  local code=$1
  shift
  step "attack: $*"
  edit "$@"
  expect 1 verify
  has " $(codes_of "$out") " " $code "
  expect 1 "$COMPOSE" verify bad:1.0 --policy policy.toml
  has "$out" '^REFUSED'
}

step 'a good image, for people and machines'
expect 0 "$COMPOSE" verify out:1.0 --policy policy.toml
has "$out" '^base +ops +olga '
has "$out" '^VERIFIED'
expect 0 "$COMPOSE" verify out --policy policy.toml --json
same "$(jq -r .verified <<<"$out")" true
same "$(jq -r '[.stages[].stage] | join(" ")' <<<"$out")" 'base runtime app'

step 'editing nothing is no attack'
edit none --referrer kept
expect 0 verify

attack custody-stripped none --referrer dropped
attack custody-absent annotation --referrer dropped
attack seal-config entrypoint --referrer repointed
attack custody-stripped entrypoint --referrer kept
attack custody-stripped entrypoint --referrer dropped
attack layer-added add-layer --referrer repointed
attack layer-missing drop-layer --referrer repointed
attack layer-order swap-layers --referrer repointed
attack layer-recompressed recompress --referrer repointed
attack seal-manifest annotation --referrer repointed
attack entry-signature entry-flipped=2
attack entry-signature entry-flipped=4
attack leaves-mismatch entry-swapped
attack leaves-mismatch leaf-flipped
attack checkpoint-missing checkpoint-removed
attack genesis-missing entry-removed=0
attack layer-unvouched entry-removed=1
attack layer-unvouched entry-removed=2
attack layer-unvouched entry-removed=3
attack seal-missing entry-removed=4

step 'certificates in a bundle give no trust, and removing them takes none'
edit certificate-removed=0
expect 0 verify

step 'the custody of another image'
sed 's|shop/web|shop/other|' recipe.toml >other.toml
expect 0 "$COMPOSE" other.toml --no-test -o other --log otherlog
attack genesis-image bundle-of=other:1.0

step 'another tag'
expect 0 "$COMPOSE" copy out:1.0 tagged:2.0
expect 1 "$COMPOSE" verify tagged:2.0 --policy policy.toml --json
same "$(codes_of "$out")" seal-tag

step 'an older bundle than the log, and a log that forked'
cp -r out old
cp -r custody fork
echo more >>runtime/lib/server.conf
expect 0 "$COMPOSE" recipe.toml --no-test
expect 0 "$COMPOSE" verify out:1.0 --policy policy.toml --log custody
expect 1 "$COMPOSE" verify old:1.0 --policy policy.toml --log custody --json
has "$(codes_of "$out")" stale-bundle
echo other >>runtime/lib/server.conf
expect 0 "$COMPOSE" recipe.toml --no-test -o forked --log fork
expect 1 "$COMPOSE" verify forked:1.0 --policy policy.toml --log custody --json
has "$(codes_of "$out")" log-fork
expect 1 "$COMPOSE" verify other:1.0 --policy policy.toml --log custody --json

step '--state remembers'
expect 0 "$COMPOSE" verify out:1.0 --policy policy.toml --state seen.json
expect 0 "$COMPOSE" verify out:1.0 --policy policy.toml --state seen.json
before=$(cat seen.json)
expect 1 "$COMPOSE" verify old:1.0 --policy policy.toml --state seen.json --json
has "$(codes_of "$out")" stale-bundle
expect 1 "$COMPOSE" verify forked:1.0 --policy policy.toml --state seen.json --json
has "$(codes_of "$out")" log-fork
same "$(cat seen.json)" "$before"
rm -rf out && mv old out

step 'a key in no team, the wrong team, an expired and a revoked key'
cp policy.toml strict.toml
rm -rf bad && cp -r out bad
sed '/^\[principal.anna\]/,+1d; s/^app = .*/app = ["sam"]/' policy.toml >nobody.toml
policy=nobody.toml expect 1 verify
has "$(codes_of "$out")" signer-unknown
sed 's/^app = .*/app = ["ravi"]/; s/^runtime = .*/runtime = ["ravi", "anna"]/' policy.toml >wrong.toml
policy=wrong.toml expect 1 verify
has "$(codes_of "$out")" signer-team
sed '/stage = "app"/{n;s/"app"/"runtime"/}' policy.toml >otherteam.toml
policy=otherteam.toml expect 1 verify
has "$(codes_of "$out")" signer-team
revoke() {
  sed 's/^:-----BEGIN/-----BEGIN/' "$GNUPGHOME/openpgp-revocs.d/$(key_of "$1" | tr a-f A-F).rev" >rev.asc
  cp -r "$GNUPGHOME" revoking
  gpg --homedir revoking --batch --quiet --import rev.asc 2>/dev/null
  gpg --homedir revoking --batch --quiet --armor --export "$1@example.com" >"keys/$1-revoked.asc"
  gpgconf --homedir revoking --kill all
  rm -rf revoking
}
revoke app
sed 's|keys/app.asc|keys/app-revoked.asc|' policy.toml >revoked.toml
policy=revoked.toml expect 1 verify
has "$(codes_of "$out")" key-revoked
cp -r "$GNUPGHOME" expiring
gpg --homedir expiring --batch --quiet --quick-set-expire "$(key_of app)" seconds=1 2>/dev/null
sleep 2
gpg --homedir expiring --batch --quiet --armor --export app@example.com >keys/app-expired.asc
gpgconf --homedir expiring --kill all
sed 's|keys/app.asc|keys/app-expired.asc|' policy.toml >expired.toml
policy=expired.toml expect 1 verify
has "$(codes_of "$out")" key-expired

step 'a required stage that is missing, a stage that no rule covers'
printf '[[require]]\nstage = "scanner"\nsigned_by = "ops"\n' | cat policy.toml - >more.toml
policy=more.toml expect 1 verify
has "$(codes_of "$out")" stage-missing
sed '/^stage = "app"/,+2d' policy.toml | awk '/^\[\[require\]\]/{hold=$0; next} hold!=""{ if ($0 ~ /^stage/) print hold; hold="" } {print}' >fewer.toml
policy=fewer.toml expect 1 verify
has "$(codes_of "$out")" stage-uncovered

step 'a contract in the seal that is wider than the policy, and bytes outside of it'
sed '/stage = "base"/a may_write = ["/etc/**"]' policy.toml >narrow.toml
policy=narrow.toml expect 1 verify
has "$(codes_of "$out")" contract-wider
has "$(codes_of "$out")" 'contract( |$)'

step 'another image is not what the policy speaks of'
expect 1 "$COMPOSE" verify other:1.0 --policy policy.toml --json
has "$(codes_of "$out")" genesis-image

step 'pinned keys, and policies that make no sense'
sed "s|keys/ops.asc|keys/ops.asc#$(key_of ops)|" policy.toml >pinned.toml
policy=pinned.toml expect 0 verify
lacks "$(jq -r '.notices[].where' <<<"$out")" olga
sed "s|keys/ops.asc|keys/ops.asc#$(key_of app)|" policy.toml >mispinned.toml
status=0; "$COMPOSE" verify bad:1.0 --policy mispinned.toml >/dev/null 2>&1 || status=$?
[ "$status" -ne 0 ] || fail 'a pin that does not fit was believed'
sed "s|\"keys/ops.asc\"|\"$(key_of ops)\"|" policy.toml >bare.toml
policy=bare.toml expect 0 verify
expect 2 "$COMPOSE" verify out --policy nosuch.toml
expect 2 "$COMPOSE" verify out
sed 's/signed_by = "ops"/signed_by = "opps"/' policy.toml >typo.toml
expect 2 "$COMPOSE" verify out --policy typo.toml
has "$err" '^compose: error: .*typo.toml:[0-9]+:[0-9]+: '
has "$err" "ops"

step 'the certificate of the caller makes no difference'
expect 0 env GNUPGHOME=/nonexistent HOME=/nonexistent "$COMPOSE" verify out:1.0 --policy policy.toml
