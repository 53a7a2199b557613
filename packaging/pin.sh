#!/bin/bash
# Write versions.txt anew: the newest versions of all that shishod needs that go together, as pip finds them today.
set -euo pipefail
tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet "$tree[all]"
{
    echo "# What the packages carry, written by packaging/pin.sh; a test compares it with pyproject.toml."
    "$work/venv/bin/pip" list --format=freeze --exclude pip --exclude setuptools --exclude shishod
} >"$tree/packaging/versions.txt"
