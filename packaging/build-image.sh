#!/bin/bash
# Build a container image of the Debian that this runs on, without a container engine and without a hub.
#   packaging/build-image.sh [FOLDER]  shishod-image.tar is put there; dist/ when not given
#   DEB=FILE                           take this package instead of building one
#   MORE=ffmpeg                        take further Debian packages along; this one reads films, and doubles the size
#   FORMAT=oci                         the plain OCI form; docker's alone can carry a health check, and podman reads both
# Needs, as root: apt-get install buildah mmdebstrap, and what build-deb.sh needs
#
# It runs as the user 10001 with nothing but /var/lib/shishod and /run/shishod to write to:
#   podman load -i shishod-image.tar
#   podman run -d --name shishod --read-only --cap-drop=all -v shishod-state:/var/lib/shishod \
#       -v /srv/books:/srv/books:ro -v ./config.yaml:/etc/shishod/config.yaml:ro localhost/shishod
#   podman exec shishod shishoctl status
set -euo pipefail
tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=$(mkdir -p "${1:-$tree/dist}" && cd "${1:-$tree/dist}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [ -z "${DEB:-}" ]; then
    "$tree/packaging/build-deb.sh" "$work"
    DEB=$(ls "$work"/shishod_*.deb)
fi
version=$(dpkg-deb --field "$DEB" Version)

# the archive that this machine itself installs from
read -r site suite < <(apt-get indextargets --format '$(SITE) $(CODENAME)' 'Created-By: Packages' | head -1)
carried=systemd-standalone-sysusers,python3,ca-certificates,libarchive13,libseccomp2,tzdata,unar${MORE:+,$MORE}
cp "$DEB" "$work/shishod.deb"
mmdebstrap --quiet --variant=essential --include="$carried" \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    --customize-hook='groupadd --gid 10001 --root "$1" shishod' \
    --customize-hook='useradd --uid 10001 --gid 10001 --home-dir /var/lib/shishod --no-create-home --shell /usr/sbin/nologin --root "$1" shishod' \
    --customize-hook="copy-in $work/shishod.deb /tmp" \
    --customize-hook='chroot "$1" dpkg --install /tmp/shishod.deb && rm "$1/tmp/shishod.deb"' \
    --customize-hook='install -d -o 10001 -g 10001 -m 750 "$1/var/lib/shishod"' \
    --customize-hook='rm -rf "$1"/var/cache/* "$1"/var/log/* "$1"/var/lib/apt/lists/*' \
    "${suite%%-*}" "$work/base.tar" "$site"

# a store of our own: what is built here must not meet what an engine of this machine keeps
export CONTAINERS_STORAGE_CONF="$work/storage.conf" BUILDAH_FORMAT="${FORMAT:-docker}"
printf '[storage]\ndriver = "vfs"\ngraphroot = "%s/graph"\nrunroot = "%s/run"\n' "$work" "$work" >"$CONTAINERS_STORAGE_CONF"
container=$(buildah from scratch)
buildah add --quiet "$container" "$work/base.tar" /
mkdir "$work/empty" # mmdebstrap leaves /run empty
buildah add --quiet --chown 10001:10001 "$container" "$work/empty" /run/shishod
buildah config --user 10001:10001 --workingdir / --volume /var/lib/shishod --volume /run/shishod \
    --env PATH=/usr/sbin:/usr/bin:/sbin:/bin --env STATE_DIRECTORY=/var/lib/shishod --env RUNTIME_DIRECTORY=/run/shishod --env TMPDIR=/run/shishod --env PYTHONDONTWRITEBYTECODE=1 \
    --entrypoint '["/usr/bin/shishod"]' --cmd 'run --config /etc/shishod/config.yaml' --stop-signal SIGTERM \
    --label org.opencontainers.image.title=shishod --label org.opencontainers.image.version="$version" \
    --label org.opencontainers.image.licenses=AGPL-3.0-or-later "$container"
if [ "${FORMAT:-docker}" = docker ]; then
    buildah config --healthcheck 'CMD /usr/bin/shishoctl health' --healthcheck-interval 30s \
        --healthcheck-timeout 10s --healthcheck-start-period 60s "$container"
fi
rm -f "$out/shishod-image.tar"
buildah commit --quiet --format "${FORMAT:-docker}" --rm "$container" "${FORMAT:-docker}-archive:$out/shishod-image.tar:localhost/shishod:latest" >/dev/null
ls "$out/shishod-image.tar"
