# shellcheck shell=bash
# Sourced after cli.sh: a small project of three teams and a sealer, with throw-away keys.

make_keys() {  # make_keys NAME…
  export GNUPGHOME=$work/gnupg
  mkdir -p "$GNUPGHOME" "$work/keys"
  chmod 700 "$GNUPGHOME"
  for name in "$@"; do
    gpg --batch --quiet --passphrase '' --quick-gen-key "$name <$name@example.com>" ed25519 sign never 2>/dev/null
    gpg --batch --quiet --armor --export "$name@example.com" >"$work/keys/$name.asc"
  done
}

key_of() { gpg --batch --with-colons --list-keys "$1@example.com" | awk -F: '$1 == "fpr" { print $10; exit }'; }

make_sources() {  # rootfs.tar, runtime/, app (a git repository with a tag)
  mkdir -p root/bin root/etc root/opt root/srv root/usr/lib root/tmp
  cp /bin/busybox root/bin/busybox
  ln -s busybox root/bin/sh
  echo 'root:x:0:0:root:/root:/bin/sh' >root/etc/passwd
  echo 'root:x:0:' >root/etc/group
  chmod 1777 root/tmp
  tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@1700000000 -C root -cf rootfs.tar .
  mkdir -p runtime/lib
  echo 'runtime' >runtime/lib/server.conf
  echo 'junk' >runtime/scratch.tmp
  git init -q -b main app
  git -C app config user.name anna
  git -C app config user.email anna@example.com
  git -C app config commit.gpgsign false
  mkdir -p app/web/bin
  printf '#!/bin/sh\necho "shop 1.0"\n' >app/web/bin/start
  echo 'page' >app/web/index.html
  git -C app add . && GIT_COMMITTER_DATE=1750000000 git -C app commit -q -m first --date=@1750000000
  git -C app tag v1.0
}

make_recipe() {
  cat >recipe.toml <<'TOML'
schema = 1
[image]
name = "shop/web"
tag = "1.0"
platform = "linux/amd64"
epoch = 1767225600
[team.ops]
key = "keys/ops.asc"
may_write = ["/**"]
[team.runtime]
key = "keys/runtime.asc"
may_write = ["/opt/runtime/**"]
[team.app]
key = "keys/app.asc"
may_write = ["/srv/app/**"]
[team.release]
key = "keys/release.asc"
[[stage]]
name = "base"
team = "ops"
from = { archive = "rootfs.tar" }
[[stage]]
name = "runtime"
team = "runtime"
from = { dir = "runtime" }
to = "/opt/runtime"
exclude = ["**/*.tmp"]
[[stage]]
name = "app"
team = "app"
from = { git = "app", rev = "v1.0", subdir = "web" }
to = "/srv/app"
attributes = [{ match = "bin/*", mode = "0755" }]
[seal]
team = "release"
[config]
entrypoint = ["/srv/app/bin/start"]
env = { PATH = "/bin" }
user = "10001:10001"
workdir = "/srv/app"
[[mount]]
kind = "config"
path = "/etc/shop"
[[test]]
name = "starts"
run = ["/srv/app/bin/start", "--version"]
stdout = "^shop 1\\."
within = "10s"
TOML
  # Where there are no namespaces there are no smoke tests either.
  namespaces_work || sed -i '/^\[\[test\]\]/,$d' recipe.toml
}

make_policy() {
  cat >policy.toml <<'TOML'
schema = 1
[image]
name = "shop/web"
[principal.olga]
keys = ["keys/ops.asc"]
[principal.ravi]
keys = ["keys/runtime.asc"]
[principal.anna]
keys = ["keys/app.asc"]
[principal.rita]
keys = ["keys/release.asc"]
[principal.sam]
keys = ["keys/security.asc"]
[team]
ops = ["olga"]
runtime = ["ravi"]
app = ["anna"]
release = ["rita"]
security = ["sam"]
[[require]]
stage = "base"
signed_by = "ops"
[[require]]
stage = "runtime"
signed_by = "runtime"
[[require]]
stage = "app"
signed_by = "app"
may_write = ["/srv/app/**"]
[seal]
signed_by = "release"
TOML
}

make_shop() {
  make_keys ops runtime app release security
  make_sources
  make_recipe
  make_policy
}
