#!/bin/bash
# How fast, against others that do the same, in one run on one machine: medians and ratios.
#   tests/bench/run.sh [COMPOSE [RUNS]]      RUNS: 5 or more
#   ROOTFS=rootfs.tar tests/bench/run.sh     with this Debian root instead of a new one
#
# Cold composing of three layers (a Debian root of about 150 MB and two trees of 7,500 files),
# against `tar | zstd -T0 -3`, umoci and buildah over the same files; starting /bin/true in the
# composed image, against bubblewrap and runc. What is not installed is left out, by name.
# Every competitor takes its turn in each round, so that a noisy machine is noisy for all.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
compose=$(realpath "${1:-$here/../../build/checked/compose}")
runs=${2:-5}
[ "$runs" -ge 5 ] || { echo 'run.sh: at least 5 runs, a median of fewer says little' >&2; exit 2; }
work=$(mktemp -d "${TMPDIR:-/var/tmp}/compose-bench.XXXXXX")
trap 'chmod -R u+rwX "$work"; rm -rf "$work"' EXIT
export HOME=$work XDG_CACHE_HOME=$work/cache LC_ALL=C
have() { command -v "$1" >/dev/null; }

make_trees() {
  mkdir -p "$work/root"
  if [ -n "${ROOTFS:-}" ]; then
    tar -C "$work/root" --exclude='./dev/*' -xf "$ROOTFS"
  elif have mmdebstrap && mmdebstrap --quiet --format=tar --variant=essential bookworm "$work/rootfs.tar" 2>/dev/null; then
    tar -C "$work/root" --exclude='./dev/*' -xf "$work/rootfs.tar"
  else
    cp -a /usr/lib/x86_64-linux-gnu "$work/root/" 2>/dev/null || true
  fi
  chmod -R u+rX "$work/root"
  mkdir -p "$work/root/bin"
  [ -e "$work/root/bin/true" ] || cp /bin/true "$work/root/bin/"
  tar --sort=name -C "$work/root" -cf "$work/rootfs.tar" .
  python3 - "$work" <<'PY'
import pathlib, random, sys
random.seed(1)
words = [bytes(random.choices(b"abcdefghijklmnopqrstuvwxyz", k=random.randint(3, 9))) for _ in range(2000)]
for name in ("runtime", "app"):
    for i in range(7500):
        path = pathlib.Path(sys.argv[1], name, f"d{i % 75}", f"file{i}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b" ".join(random.choices(words, k=random.randint(50, 900))))
PY
  for kind in zstd gzip; do
    cat >"$work/$kind.toml" <<TOML
schema = 1
[image]
name = "bench/image"
tag = "1"
epoch = 0
compression = "$kind"
[team.all]
key = "none.asc"
[[stage]]
name = "base"
team = "all"
from = { archive = "rootfs.tar" }
[[stage]]
name = "runtime"
team = "all"
from = { dir = "runtime" }
to = "/opt/runtime"
[[stage]]
name = "app"
team = "all"
from = { dir = "app" }
to = "/srv/app"
[seal]
team = "all"
TOML
  done
}

compose_with() { rm -rf "$work/out-$1"; "$compose" "$work/$1.toml" -o "$work/out-$1" --unsigned 2>/dev/null >/dev/null; }
tar_zstd() {
  { cat "$work/rootfs.tar"; tar --sort=name -C "$work" -cf - runtime; tar --sort=name -C "$work" -cf - app; } |
    zstd -q -T0 -3 -c >"$work/tar.zst"
}
with_umoci() {
  rm -rf "$work/umoci"
  umoci init --layout "$work/umoci"
  umoci new --image "$work/umoci:1"
  umoci insert --rootless --image "$work/umoci:1" "$work/root" /base 2>/dev/null
  umoci insert --rootless --image "$work/umoci:1" "$work/runtime" /opt/runtime 2>/dev/null
  umoci insert --rootless --image "$work/umoci:1" "$work/app" /srv/app 2>/dev/null
}
with_buildah() {
  rm -rf "$work/buildah"
  local c storage=(--root "$work/storage" --runroot "$work/runroot" --storage-driver vfs)
  c=$(buildah "${storage[@]}" from scratch) &&
    buildah "${storage[@]}" add -q "$c" "$work/rootfs.tar" / >/dev/null &&
    buildah "${storage[@]}" add -q "$c" "$work/runtime" /opt/runtime >/dev/null &&
    buildah "${storage[@]}" add -q "$c" "$work/app" /srv/app >/dev/null &&
    buildah "${storage[@]}" commit -q "$c" "oci:$work/buildah:1" >/dev/null &&
    buildah "${storage[@]}" rm "$c" >/dev/null
}
run_compose() { "$compose" run "$work/out-zstd:1" -- /bin/true 2>/dev/null; }
run_bwrap() { bwrap --unshare-all --bind "$work/root" / --proc /proc --dev /dev /bin/true; }
run_runc() { (cd "$work/bundle" && runc --root "$work/runc" run "bench$RANDOM$RANDOM"); }

time_of() {  # seconds of one call, or "-" if it fails
  local before after
  before=$(date +%s%N)
  if ! "$@" >/dev/null 2>"$work/err"; then echo -; return; fi
  after=$(date +%s%N)
  echo $(((after - before) / 1000))
}
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# race TITLE OURS OTHER…: each in turn, a round not counted first
race() {
  local title=$1 name round
  shift
  for name in "$@"; do : >"$work/times-$name"; time_of "$name" >/dev/null; done
  for ((round = 0; round < runs; round++)); do
    for name in "$@"; do time_of "$name" >>"$work/times-$name"; done
  done
  printf '\n%s\n' "$title"
  local ours
  ours=$(median <"$work/times-$1")
  for name in "$@"; do
    if grep -q -- - "$work/times-$name"; then
      printf '  %-16s could not be run here: %s\n' "$name" "$(tail -n 1 "$work/err" | cut -c 1-90)"
      continue
    fi
    median <"$work/times-$name" | awk -v name="$name" -v ours="$ours" \
      '{ printf "  %-16s %9.1f ms   ours / this %5.2f\n", name, $1 / 1000, ours / $1 }'
  done
}

compose_zstd() { compose_with zstd; }
compose_gzip() { compose_with gzip; }
echo 'making the trees'
make_trees
compose_zstd || { echo 'run.sh: compose failed' >&2; exit 1; }
printf '%s files, %s bytes of tar\n' "$(find "$work/root" "$work/runtime" "$work/app" | wc -l)" \
  "$(cat "$work/rootfs.tar" <(tar -C "$work" -cf - runtime app) | wc -c)"

race 'cold composing, zstd' compose_zstd tar_zstd
others=()
have umoci && others+=(with_umoci)
have buildah && others+=(with_buildah)
race 'cold composing, gzip' compose_gzip "${others[@]}"
sizes() { find "$1/blobs" -type f -printf '%s\n' | awk '{ s += $1 } END { printf "%.1f MB", s / 1e6 }'; }
printf '  sizes: gzip %s' "$(sizes "$work/out-gzip")"
[ ! -d "$work/umoci" ] || printf ', umoci %s' "$(sizes "$work/umoci")"
printf ', zstd %s, tar | zstd %s\n' "$(sizes "$work/out-zstd")" "$(stat -c %s "$work/tar.zst" | awk '{ printf "%.1f MB", $1 / 1e6 }')"
/usr/bin/env time -f '  peak memory of one build: %M kB' "$compose" "$work/zstd.toml" -o "$work/out-mem" --unsigned 2>&1 >/dev/null | grep peak || true

others=()
have bwrap && others+=(run_bwrap)
rootless=(--rootless)
[ "$(id -u)" -ne 0 ] || rootless=()
if have runc; then
  mkdir -p "$work/bundle" && (cd "$work/bundle" && runc spec "${rootless[@]}")
  sed -i 's/"terminal": true/"terminal": false/; s|"sh"|"/bin/true"|; s|"path": "rootfs"|"path": "'"$work"'/root"|' "$work/bundle/config.json"
  others+=(run_runc)
fi
run_compose && race 'starting /bin/true (ours checks every byte of the image first)' run_compose "${others[@]}"
