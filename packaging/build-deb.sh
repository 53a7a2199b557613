#!/bin/bash
# Build shishod_VERSION_ARCH.deb for the Debian that this runs on, from this tree as it stands.
#   packaging/build-deb.sh [FOLDER]    the package is put there; dist/ when not given
#   WHEELS=FOLDER                      take the Python packages from wheels in this folder, and nothing from a network
#   PACKING=-Zzstd                     pack otherwise than with xz, as dpkg-deb says it
# Needs: apt-get install debhelper dh-python dpkg-dev python3-pip
set -euo pipefail
tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=$(mkdir -p "${1:-$tree/dist}" && cd "${1:-$tree/dist}" && pwd)
[ -z "${WHEELS:-}" ] || WHEELS=$(cd "$WHEELS" && pwd)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/shishod"
cp -a "$tree"/{CHANGELOG.md,LICENSE,README.md,etc,packaging,pyproject.toml,shishod,systemd} "$work/shishod"
cd "$work/shishod"
find . -name __pycache__ -prune -exec rm -rf {} +
mv packaging/debian debian
cp systemd/shishod.service debian/shishod.service
cp systemd/shishod.sysusers debian/shishod.sysusers

version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' shishod/__init__.py)
release=$(. /etc/os-release && echo "${ID}${VERSION_ID:-}")
when=$(git -C "$tree" log -1 --format=%cd --date=rfc 2>/dev/null || date -R)
cat >debian/changelog <<CHANGELOG
shishod (${version}~${release}) unstable; urgency=medium

  * What has changed is told in /usr/share/doc/shishod/CHANGELOG.md.

 -- the shishod authors <shishod@localhost>  $when
CHANGELOG

# Debian's own Python, whatever else the PATH may hold: its name is written into the package
PATH=/usr/sbin:/usr/bin:/sbin:/bin WHEELS=${WHEELS:-} PACKING=${PACKING:-} dpkg-buildpackage --build=binary --no-sign
mv ../shishod_*.deb "$out/"
ls "$out"/shishod_"$version"*.deb
