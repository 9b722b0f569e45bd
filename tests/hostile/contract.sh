#!/bin/bash
# A stage that writes outside its team's contract is refused when composing (exit 2), in every
# way that there is, and nothing is left; verify finds it again from the layer's bytes.
. "$(dirname "$0")/../support/cli.sh"
. "$SUPPORT/shop.sh"
make_shop
cp recipe.toml good.toml
stage() {  # stage FROM [MORE]: the app stage has this source and these keys
  awk -v from="$1" -v more="${2:-}" '/^from = \{ git/ { print "from = " from; print more; skip = 1; next }
    skip && /^\[/ { skip = 0 } !skip { print }' good.toml >recipe.toml
}
refused() {
  expect 2 "$COMPOSE" recipe.toml --no-test
  has "$err" "^compose: error: recipe.toml:[0-9]+:[0-9]+: stage 'app': "
  has "$err" "$1"
  same "$(fingerprint_of out)$(fingerprint_of custody)" absentabsent
}

step 'directly'
stage '{ files = { "evil" = "x" } }' 'to = "/etc"'
refused "contract.*'/etc/evil'"
stage '{ files = { "srv/app/fine" = "x", "etc/passwd" = "x" } }'
refused '/etc/passwd'

step 'by whiteout'
stage '{ files = { "fine" = "x" } }' $'to = "/srv/app"\nremove = ["/etc/passwd"]'
refused '/etc/passwd'

step 'through a symbolic link of another stage'
ln -s /etc root/srv/app-link
mkdir -p root/srv/app
ln -s ../../etc root/srv/app/conf
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@1700000000 -C root -cf rootfs.tar .
stage '{ files = { "conf/passwd" = "x" } }' 'to = "/srv/app"'
refused 'link'
rm root/srv/app/conf && rmdir root/srv/app
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@1700000000 -C root -cf rootfs.tar .

step 'through a link of its own'
mkdir own && ln -s /etc own/conf
stage '{ dir = "own" }' 'to = "/srv/app"'
expect 0 "$COMPOSE" recipe.toml --no-test --unsigned -o dev

step "by changing a parent's attributes"
mkdir -p tree/srv/app && echo x >tree/srv/app/x && chmod 777 tree/srv
stage '{ dir = "tree" }' 'mode = "keep"'
refused '/srv'
tar --owner=7 --group=7 --numeric-owner -C tree -cf tree.tar srv
stage '{ archive = "tree.tar" }'
refused '/srv'

step 'by replacing a folder with a file'
echo x >single
stage '{ files = { "srv" = "x" } }'
refused '/srv'

step 'set-id files and devices are for teams with the whole tree'
mkdir setid && cp /bin/busybox setid/su && chmod 4755 setid/su
stage '{ dir = "setid" }' $'to = "/srv/app"\nmode = "keep"'
refused 'set-?(user-)?id|setuid'

step 'what is baked into a mount'
stage '{ files = { "fine" = "x" } }' 'to = "/srv/app"'
sed -i 's|path = "/etc/shop"|path = "/srv/app/fine"|' recipe.toml
refused 'baked into'

step 'removing what is not there'
stage '{ files = { "fine" = "x" } }' $'to = "/srv/app"\nremove = ["/srv/app/nosuch"]'
refused 'nothing is there'

step 'what is allowed still works'
stage '{ files = { "fine" = "x" } }' 'to = "/srv/app"'
expect 0 "$COMPOSE" recipe.toml --no-test
expect 0 "$COMPOSE" verify out --policy policy.toml

step 'verify holds the bytes against the policy, whatever the recipe allowed'
sed 's|may_write = \["/srv/app/\*\*"\]|may_write = ["/**"]|' good.toml >wide.toml
cp wide.toml good.toml
stage '{ files = { "fine" = "x", "../../etc/evil" = "y" } }' 'to = "/srv/app"'
expect 2 "$COMPOSE" recipe.toml --no-test -o wide --log widelog
stage '{ files = { "srv/app/fine" = "x", "etc/evil" = "y" } }'
expect 0 "$COMPOSE" recipe.toml --no-test -o wide --log widelog
expect 1 "$COMPOSE" verify wide --policy policy.toml --json
has "$(codes_of "$out")" contract-wider
has "$(codes_of "$out")" 'contract( |$)'
has "$out" '/etc/evil'
