#!/bin/bash
# Bad recipes and dirty sources: an error with place, rule and hint; output and log as before.
. "$(dirname "$0")/../support/cli.sh"
. "$SUPPORT/shop.sh"
make_shop
expect 0 "$COMPOSE" recipe.toml --no-test
cp recipe.toml good.toml
layout=$(fingerprint_of out) log=$(fingerprint_of custody)
refused() {  # refused PATTERN: exit 2, a message that matches, nothing changed
  expect 2 "$COMPOSE" recipe.toml --no-test
  has "$err" "$1"
  same "$(fingerprint_of out)" "$layout"
  same "$(fingerprint_of custody)" "$log"
}
with() { sed "$1" good.toml >recipe.toml; }
place='^compose: error: recipe.toml:[0-9]+:[0-9]+: '

step 'recipes'
with 's/^entrypoint/entrypiont/'; refused "${place}.*entrypiont"; has "$err" "hint: .*entrypoint"
with 's/^tag = .*/tag = 1/'; refused "$place"
with 's/^team = "app"/team = "apps"/'; refused "${place}.*apps"; has "$err" "hint: .*app"
with 's/name = "runtime"/name = "base"/'; refused "${place}.*base"
with 's|to = "/srv/app"|to = "/srv/../etc"|'; refused "$place"
with 's|keys/app.asc|keys/nosuch.asc|'; refused "${place}.*nosuch"
with 's/^schema = 1/schema = 2/'; refused "$place"
with 's/^epoch = .*/epoch = -1/'; refused "$place"
with 's/^\[seal\]/[seal/'; refused "$place"
expect 2 "$COMPOSE" nosuch.toml
expect 2 "$COMPOSE" verfy out:1.0 --policy policy.toml
has "$err" 'compose verify'
mkdir folder && expect 2 "$COMPOSE" folder

step 'sources that are not there, or not what they should be'
with 's|rootfs.tar|nosuch.tar|'; refused "${place}stage 'base': open .*nosuch.tar: No such file or directory"
with 's|dir = "runtime"|dir = "nosuch"|'; refused 'No such file'
with 's|rev = "v1.0"|rev = "v9"|'; refused "${place}stage 'app': .*v9"
with 's|subdir = "web"|subdir = "nosuch"|'; refused 'nosuch'
with 's|git = "app"|git = "runtime"|'; refused 'stage .app.'
zeros=$(printf '0%.0s' $(seq 64))
with "s|archive = \"rootfs.tar\"|archive = \"rootfs.tar\", sha256 = \"$zeros\"|"; refused 'sha256|digest'
good=$(sha256sum rootfs.tar | cut -d' ' -f1)
with "s|archive = \"rootfs.tar\"|archive = \"rootfs.tar\", sha256 = \"$good\"|"
expect 0 "$COMPOSE" recipe.toml --no-test -o other --log otherlog
mkfifo runtime/pipe
with 's/^x//'; refused "pipe"
rm runtime/pipe

step 'dirty archives'
python3 - <<'PY'
import io, tarfile
def make(name, entries, fmt=tarfile.USTAR_FORMAT):
    with tarfile.open(name, "w", format=fmt) as tar:
        for path, kind, data in entries:
            info = tarfile.TarInfo(path)
            info.type = kind
            if kind == tarfile.REGTYPE:
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
            else:
                info.linkname = data.decode()
                tar.addfile(info)
R, S, L = tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE
make("climbs.tar", [("../evil", R, b"x")])
make("climbs2.tar", [("a/../../evil", R, b"x")])
make("absolute.tar", [("/etc/evil", R, b"x")])
make("twice.tar", [("a", R, b"1"), ("a", R, b"2")])
make("through.tar", [("d", S, b"/tmp"), ("d/evil", R, b"x")])
make("hard.tar", [("a", L, b"../../etc/passwd")])
make("later.tar", [("a", L, b"b"), ("b", R, b"x")])
make("whiteout.tar", [(".wh.etc", R, b"")])
make("long.tar", [("n" * 300, R, b"x")], tarfile.PAX_FORMAT)
data = bytearray(open("twice.tar", "rb").read()[:1024] + bytes(1024))
data[156:157] = b"Z"; data[148:156] = b" " * 8
data[148:156] = b"%06o\0 " % sum(data[:512])
open("type.tar", "wb").write(data)
open("garbage.tar", "wb").write(b"this is no archive" * 100)
open("empty.tar", "wb").write(b"")
whole = open("through.tar", "rb").read()
open("cut.tar", "wb").write(whole[:700])
PY
sentinel=$(fingerprint_of root)
for bad in climbs climbs2 absolute twice through hard whiteout long type garbage empty cut; do
  with "s|rootfs.tar|$bad.tar|"
  refused "stage 'base': "
done
same "$(fingerprint_of root)" "$sentinel"
[ ! -e evil ] && [ ! -e ../evil ] || fail 'something was written outside'

step 'a tarball of git archive, commit comment and all, is clean'
git -C app archive --format=tar.gz --prefix=srv/app/ -o "$work/archived.tar.gz" v1.0:web
git -C app archive --format=tar --prefix=srv/app/ -o "$work/commented.tar" v1.0
for good in archived.tar.gz commented.tar; do
  awk -v archive="$good" '/^from = { git/ { print "from = { archive = \"" archive "\" }"; next } /^to = "\/srv/ || /^attributes/ { next } { print }' good.toml >recipe.toml
  expect 0 "$COMPOSE" recipe.toml --no-test -o "from-$good" --log "log-$good"
done

step 'dirty git trees'
git -C app checkout -q -b dirty
ln -s /etc app/web/link
git -C app add . && git -C app commit -q -m link
with 's|rev = "v1.0"|rev = "dirty"|'
expect 0 "$COMPOSE" recipe.toml --no-test -o linked --log linkedlog
expect 0 "$COMPOSE" unpack linked look
same "$(readlink look/srv/app/link)" /etc
git -C app update-index --add --cacheinfo 160000,"$(git -C app rev-parse HEAD)",web/module
git -C app commit -q -m module
refused 'module'
with 's|rev = "v1.0"|rev = "dirty"|; s|^attributes|exclude = ["module"]\nattributes|'
expect 0 "$COMPOSE" recipe.toml --no-test -o excluded --log excludedlog

step 'a repository that would run something is only read'
git -C app config core.fsmonitor "touch $work/ran"
git -C app config filter.x.smudge "touch $work/ran"
expect 0 "$COMPOSE" good.toml --no-test
[ ! -e "$work/ran" ] || fail 'a program of the repository was run'

step 'names in errors cannot drive a terminal'
printf '[image]\nname = "\\u001b[31mred"\n' | cat <(echo 'schema = 1') - >recipe.toml
expect 2 "$COMPOSE" recipe.toml
if grep -q $'\x1b' <<<"$err"; then fail 'an escape sequence came through'; fi
