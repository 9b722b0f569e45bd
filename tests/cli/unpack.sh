#!/bin/bash
# compose unpack: files to look at, never written outside the folder.
. "$(dirname "$0")/../support/cli.sh"
. "$SUPPORT/shop.sh"
make_shop
expect 0 "$COMPOSE" recipe.toml --no-test

step 'the whole image'
expect 0 "$COMPOSE" unpack out:1.0 all
cmp -s all/bin/busybox root/bin/busybox || fail 'busybox differs'
same "$(readlink all/bin/sh)" busybox
same "$(cat all/opt/runtime/lib/server.conf)" runtime
[ -x all/srv/app/bin/start ] || fail 'start is not executable'
[ ! -e all/opt/runtime/scratch.tmp ] || fail 'an excluded file is there'
same "$(stat -c %a all/tmp)" 1777
same "$(stat -c %Y all/srv/app/index.html)" 1767225600

step 'one stage'
expect 0 "$COMPOSE" unpack out look --stage app
same "$(cd look && find . -type f | sort | tr '\n' ' ')" './srv/app/bin/start ./srv/app/index.html '
expect 2 "$COMPOSE" unpack out no --stage nosuch
has "$err" 'its stages: app, base, runtime'
[ ! -e no ] || fail 'a folder was left behind'

step 'a folder that is not empty stays as it is'
mkdir busy && echo mine >busy/file
expect 2 "$COMPOSE" unpack out busy
same "$(ls busy)" file
mkdir empty
expect 0 "$COMPOSE" unpack out empty

step 'nothing remains of an image that is faulty'
layer=$(find out/blobs/sha256 -type f -size +100k | head -1)
printf '\x55' | dd of="$layer" bs=1 seek=400 conv=notrunc status=none
expect 1 "$COMPOSE" unpack out bad
[ ! -e bad ] || fail 'a folder was left behind'
[ -z "$(find . -maxdepth 1 -name '.compose*')" ] || fail 'a temporary folder was left behind'
