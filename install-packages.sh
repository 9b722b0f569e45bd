#!/bin/sh
# Installs what compose is built, shown and tested with, from Debian 12's packages.
#   ./install-packages.sh build            to build compose
#   ./install-packages.sh build examples   … and to make the examples' images
#   ./install-packages.sh build examples tests
# Does nothing (and needs no root) when all is there already.
set -eu

build="g++ cmake ninja-build pkg-config git gnupg gpg-agent
  libarchive-dev libcli11-dev libdeflate-dev libfmt-dev libgit2-dev libgpgme-dev libisal-dev
  libre2-dev libseccomp-dev libssl-dev libtomlplusplus-dev libzstd-dev nlohmann-json3-dev"
examples="busybox-static ca-certificates mmdebstrap"
tests="attr catch2 clang-format-14 jq oci-image-tool python3 runc shellcheck skopeo strace umoci xz-utils zstd"

wanted=
for part in "$@"; do
  case $part in
    build) wanted="$wanted $build" ;;
    examples) wanted="$wanted $examples" ;;
    tests) wanted="$wanted $tests" ;;
    *) echo "install-packages.sh: unknown part '$part' (build, examples, tests)" >&2; exit 2 ;;
  esac
done

missing=
for package in $wanted; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
  as_root=sudo
  command -v sudo >/dev/null || { echo "install-packages.sh: needs root to install:$missing" >&2; exit 3; }
fi
echo "installing:$missing"
$as_root apt-get update -qq
# shellcheck disable=SC2086  # the list is a list
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
