#!/bin/bash
# Two builds of one recipe from two fresh clones, in different folders, as different users, with
# another umask, time zone, locale, directory order, number of threads and compression cache
# give the same manifest; and that manifest's digest is a constant.
. "$(dirname "$0")/../support/cli.sh"
. "$SUPPORT/shop.sh"
make_keys ops runtime app release
mkdir -p origin/runtime/deep/er
# Nothing of the machine goes in: no busybox here, so that the digest can be a constant.
git init -q -b main origin
git -C origin config user.name olga
git -C origin config user.email olga@example.com
git -C origin config commit.gpgsign false
for i in $(seq 40); do echo "file $i" >"origin/runtime/deep/file-$i"; done
printf '#!/bin/sh\nexit 0\n' >origin/runtime/deep/er/run
chmod 755 origin/runtime/deep/er/run
ln -s deep/er/run origin/runtime/link
head -c 5000000 /dev/zero | tr '\0' 'x' >origin/runtime/big
mkdir -p root/etc root/opt
echo 'root:x:0:0:root:/root:/bin/sh' >root/etc/passwd
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@1700000000 --mode=u=rwX,go=rX -C root -cf origin/rootfs.tar .
make_recipe
sed '/^\[\[test\]\]/,$d; s|git = "app", rev = "v1.0", subdir = "web"|git = ".", rev = "HEAD", subdir = "runtime"|; /^attributes/d' recipe.toml >origin/recipe.toml
git -C origin add . && GIT_COMMITTER_DATE='1750000000 +0000' git -C origin commit -q -m first --date='1750000000 +0000'

build_in() { expect 0 "$COMPOSE" "$1/recipe.toml" -o "$2" --log "$2-log" --json "${@:3}"; jq -r .manifest <<<"$out"; }
clone() { git clone -q origin "$1"; cp -r keys "$1/"; }

step 'the first'
clone one
first=$(build_in one out-one --jobs 1)

step 'another folder, umask, time zone, locale and number of threads'
mkdir -p far/away
(umask 077 && git clone -q origin far/away/two && cp -r keys far/away/two/)
second=$(umask 027; TZ=Pacific/Auckland LC_ALL=C build_in far/away/two out-two --jobs 7)
same "$second" "$first"

step 'files made in another order, with other times and a relative path'
mkdir three
(cd one && find . -path ./.git -prune -o -type d -print) | sort -r | (cd three && xargs mkdir -p)
(cd one && find . -path ./.git -prune -o \( -type f -o -type l \) -print) | sort -r | while read -r f; do cp -P "one/$f" "three/$f"; done
cp -r one/.git three/.git
find three -path three/.git -prune -o -exec touch -h -d '2001-01-01' {} +
cd three
third=$(expect 0 "$COMPOSE" recipe.toml -o ../out-three --log ../log-three --json --jobs 3; jq -r .manifest <<<"$out")
cd ..
same "$third" "$first"

if [ "$(id -u)" -eq 0 ]; then
  step 'another user'
  chmod 755 "$work"
  mkdir -m 777 theirs
  cp -r origin keys gnupg theirs/
  rm -f theirs/gnupg/S.*
  chown -R 12345:12345 theirs
  fourth=$(HOME=$work/theirs XDG_CACHE_HOME=$work/theirs/cache GNUPGHOME=$work/theirs/gnupg setpriv --reuid=12345 --regid=12345 --clear-groups \
    sh -c 'git clone -q theirs/origin theirs/clone && cp -r theirs/keys theirs/clone/ && "$COMPOSE" theirs/clone/recipe.toml -o theirs/out --json' 2>err.txt | jq -r .manifest) || fail "$(cat err.txt)"
  HOME=$work/theirs gpgconf --homedir theirs/gnupg --kill all
  same "$fourth" "$first"
fi

step 'the digests are constants'
diff_ids=$(jq -r '[.layers[].diff_id] | join(" ")' <<<"$(expect 0 "$COMPOSE" one/recipe.toml -o out-one --log out-one-log --json; cat "$work/.out")")
golden=$SUPPORT/../golden/reproducible.txt
if [ "${COMPOSE_ACCEPT:-}" = 1 ]; then printf '%s\n' $diff_ids >"$golden"; fi
same "$(printf '%s\n' $diff_ids)" "$(cat "$golden")"

step 'SOURCE_DATE_EPOCH counts where the recipe has no epoch'
sed '/^epoch/d' one/recipe.toml >one/floating.toml
zero=$(expect 0 "$COMPOSE" one/floating.toml -o o1 --unsigned --json; jq -r .manifest <<<"$out")
dated=$(SOURCE_DATE_EPOCH=1767225600 expect 0 "$COMPOSE" one/floating.toml -o o2 --unsigned --json; jq -r '.layers[1].diff_id' <<<"$out")
plain=$(expect 0 "$COMPOSE" one/recipe.toml -o o3 --unsigned --json; jq -r '.layers[1].diff_id' <<<"$out")
same "$dated" "$plain"
[ "$zero" != "$first" ] || fail 'an epoch makes no difference'
SOURCE_DATE_EPOCH=yesterday expect 2 "$COMPOSE" one/floating.toml -o o4 --unsigned
has "$err" SOURCE_DATE_EPOCH

step 'every compression holds the same layers'
for kind in gzip none zstd; do
  sed "s/^epoch/compression = \"$kind\"\nepoch/" one/recipe.toml >"one/$kind.toml"
  expect 0 "$COMPOSE" "one/$kind.toml" -o "o-$kind" --unsigned --json
  same "$(jq -r '[.layers[].diff_id] | join(" ")' <<<"$out")" "$diff_ids"
  expect 0 "$COMPOSE" check "o-$kind"
done
