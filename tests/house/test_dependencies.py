"""What we stand on: declared, used, and under licences that may be joined with the AGPL."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution

from packaging.requirements import Requirement

from tests.house.tree import ROOT

JOINABLE = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|ZPL|Unlicense|0BSD|LGPL|Lesser General Public"
    r"|GPL-2\.0-or-later|GPLv2 or later|GPL-3|GPLv3|AGPL|Affero",
)


def project() -> dict[str, object]:
    with (ROOT / "pyproject.toml").open("rb") as source:
        return dict(tomllib.load(source)["project"])


def closure(requirements: list[str]) -> set[str]:
    """Every distribution that a user of these requirements has installed, by its canonical name."""
    found: set[str] = set()
    waiting = [Requirement(text) for text in requirements]
    while waiting:
        requirement = waiting.pop()
        extras = {"extra": ""}, *({"extra": extra} for extra in requirement.extras)
        name = re.sub(r"[-_.]+", "-", requirement.name).lower()
        if name in found and not requirement.extras:
            continue
        found.add(name)
        try:
            needed = distribution(name).requires or []
        except PackageNotFoundError:
            continue  # wanted on another platform only
        further = [Requirement(text) for text in needed]
        waiting += [r for r in further if r.marker is None or any(r.marker.evaluate(extra) for extra in extras)]
    return found


def licence(name: str) -> str:
    said = distribution(name).metadata
    classifiers = [line for line in said.get_all("Classifier") or [] if line.startswith("License")]
    return " | ".join([said.get("License-Expression") or "", (said.get("License") or "")[:200], *classifiers])


def installed(name: str) -> bool:
    try:
        return bool(distribution(name))
    except PackageNotFoundError:
        return False


def test_every_dependency_is_declared_and_used() -> None:
    command = [sys.executable, "-m", "deptry", "."]
    outcome = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_every_dependency_may_be_joined_with_the_agpl() -> None:
    dependencies = project()["dependencies"]
    assert isinstance(dependencies, list)
    names = [name for name in closure([*dependencies, "psycopg[binary]", "redis"]) if installed(name)]

    assert {name: licence(name) for name in names if not JOINABLE.search(licence(name))} == {}


def test_the_licence_is_the_whole_agpl() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")

    assert text.lstrip().startswith("GNU AFFERO GENERAL PUBLIC LICENSE")
    assert "13. Remote Network Interaction" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert project()["license"] == "AGPL-3.0-or-later"
