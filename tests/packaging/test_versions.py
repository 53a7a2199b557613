"""What the packages carry is what pyproject.toml asks for, all of it and nothing else."""

import re
import tomllib
from importlib.metadata import distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.test_dependencies import closure, installed, project
from tests.house.tree import ROOT

AGAIN = "run packaging/pin.sh"


def carried() -> dict[str, str]:
    lines = (ROOT / "packaging" / "versions.txt").read_text(encoding="utf-8").splitlines()
    pins = [re.fullmatch(r"([\w.-]+)==([\w.]+)", line) for line in lines if not line.startswith("#")]
    assert all(pins), "each line is an exact version"
    return {canonicalize_name(pin[1]): pin[2] for pin in pins if pin}


def asked() -> list[Requirement]:
    """What a full installation asks for itself, extras and all."""
    with (ROOT / "pyproject.toml").open("rb") as source:
        extras = tomllib.load(source)["project"]["optional-dependencies"]
    wanted = [text for name, texts in extras.items() if name not in ("all", "bench", "siege", "test") for text in texts]
    ours = project()["dependencies"]
    assert isinstance(ours, list)
    return [Requirement(text) for text in [*ours, *wanted]]


def test_every_version_that_is_carried_is_one_that_is_asked_for() -> None:
    pins = carried()

    wrong = {str(one) for one in asked() if pins.get(canonicalize_name(one.name), "") not in one.specifier}

    assert wrong == set(), AGAIN


def test_all_that_is_needed_is_carried_and_nothing_else() -> None:
    needed = {canonicalize_name(name) for name in closure([str(one) for one in asked()]) if installed(name)}
    further = {
        canonicalize_name(Requirement(text).name) for name in needed for text in distribution(name).requires or []
    }

    assert needed - carried().keys() == set(), AGAIN
    assert carried().keys() - needed - further == set(), f"{AGAIN}; what an older Python needs may stand there too"
