#!/bin/bash
# Flip any byte of anything that the image or its custody is made of, and verify says no. The
# places are drawn by a generator with a seed, which is printed.
. "$(dirname "$0")/../support/cli.sh"
. "$SUPPORT/shop.sh"
make_shop
expect 0 "$COMPOSE" recipe.toml --no-test
expect 0 "$COMPOSE" countersign out --stage base --key keys/security.asc --policy policy.toml --log custody
sed -i '/stage = "base"/a countersigned_by = "security"' policy.toml
expect 0 "$COMPOSE" verify out --policy policy.toml --log custody
seed=${SEED:-$RANDOM}
rounds=${ROUNDS:-60}
step "seed $seed"
RANDOM=$seed

# What the image and its custody are made of: reachable from the index.
mapfile -t blobs < <(python3 - <<'PY'
import json
index = json.load(open("out/index.json"))
seen = set()
def walk(descriptor):
    name = descriptor["digest"].split(":")[1]
    if name in seen: return
    seen.add(name)
    if "manifest" in descriptor["mediaType"]:
        manifest = json.load(open("out/blobs/sha256/" + name))
        for part in [manifest["config"], *manifest["layers"]]: walk(part)
for listed in index["manifests"]: walk(listed)
empty = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
print("\n".join(sorted(seen - {empty})))
PY
)
flip() {  # flip FILE OFFSET: one bit, in place; again puts it back
  python3 - "$1" "$2" <<'PY'
import sys
with open(sys.argv[1], "r+b") as f:
    f.seek(int(sys.argv[2])); byte = f.read(1)[0]
    f.seek(int(sys.argv[2])); f.write(bytes([byte ^ 0x20]))
PY
}
chmod -R u+w out custody
for ((i = 0; i < rounds; i++)); do
  file=out/blobs/sha256/${blobs[$((i % ${#blobs[@]}))]}
  offset=$(((RANDOM * 32768 + RANDOM) % $(stat -c %s "$file")))
  flip "$file" $offset
  status=0
  "$COMPOSE" verify out:1.0 --policy policy.toml >/dev/null 2>err.txt || status=$?
  [ "$status" -eq 1 ] || fail "seed $seed: byte $offset of $file flipped gave $status: $(cat err.txt)"
  flip "$file" $offset
done
expect 0 "$COMPOSE" verify out --policy policy.toml --log custody

step 'and of the log'
mapfile -t files < <(find custody -type f ! -name '.*' | sort)
for ((i = 0; i < rounds / 2; i++)); do
  file=${files[$((i % ${#files[@]}))]}
  offset=$(((RANDOM * 32768 + RANDOM) % $(stat -c %s "$file")))
  flip "$file" $offset
  status=0
  "$COMPOSE" verify out:1.0 --policy policy.toml --log custody >/dev/null 2>err.txt || status=$?
  # The signature in a checkpoint of the folder is not needed: its tree is compared with the bundle's.
  if [ "$status" -eq 0 ]; then
    case $file in */checkpoint | */checkpoints/*) ;; *) fail "seed $seed: byte $offset of $file flipped was not seen" ;; esac
  fi
  flip "$file" $offset
done
expect 0 "$COMPOSE" verify out --policy policy.toml --log custody
