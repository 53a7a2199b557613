#!/bin/bash
# Build the wheel and the sdist from this tree as it stands.
#   packaging/build-wheel.sh [FOLDER]  they are put there; dist/ when not given
set -euo pipefail
tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=$(mkdir -p "${1:-$tree/dist}" && cd "${1:-$tree/dist}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet "$(sed -n 's/^requires = \["\(.*\)"\]$/\1/p' "$tree/pyproject.toml")"
cd "$tree" && "$work/venv/bin/python" -m hatchling build --directory "$out"
