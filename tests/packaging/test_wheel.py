"""The wheel and the sdist, installed in an environment that knows nothing of this tree."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from shishod import __version__
from tests.house.tree import ROOT

pytestmark = pytest.mark.timeout(300)
BARE = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"} | {k: v for k, v in os.environ.items() if k.startswith("PIP_")}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    command = [ROOT / "packaging" / "build-wheel.sh", out]
    subprocess.run(command, env=os.environ | {"PYTHON": sys.executable}, check=True, capture_output=True)
    return out


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bare environment that has what shishod needs, and not shishod: it sees the packages that are tested here."""
    place = tmp_path_factory.mktemp("bare") / "venv"
    subprocess.run([sys.executable, "-m", "venv", place], check=True)
    (site,) = place.glob("lib/python3*/site-packages")
    ours = next(path for path in map(Path, sys.path) if (path / "pydantic").is_dir())
    for one in ours.iterdir():
        if "shishod" not in one.name and not (site / one.name).exists():
            (site / one.name).symlink_to(one)
    return place / "bin"


@pytest.mark.parametrize("kind", ["*.whl", "*.tar.gz"], ids=["wheel", "sdist"])
def test_what_is_built_is_installed_and_runs(built: Path, environment: Path, kind: str, tmp_path: Path) -> None:
    (archive,) = built.glob(kind)
    install = [environment / "pip", "install", "--quiet", "--no-deps", "--force-reinstall", archive]
    subprocess.run(install, env=BARE, check=True, capture_output=True, cwd=tmp_path)

    said = subprocess.check_output([environment / "shishod", "--version"], env=BARE, text=True, cwd=tmp_path)
    sample = subprocess.check_output([environment / "shishod", "print-config"], env=BARE, text=True, cwd=tmp_path)

    assert said == f"shishod {__version__}\n"
    assert sample == (ROOT / "etc" / "config.yaml").read_text(encoding="utf-8")


def test_the_wheel_holds_the_program_alone(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}

    assert tops == {"shishod", f"shishod-{__version__}.dist-info"}


def test_the_sdist_holds_what_the_packages_are_built_from(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    assert {
        "packaging/build-deb.sh",
        "packaging/versions.txt",
        "systemd/shishod.service",
        "etc/config.yaml",
        "LICENSE",
    } <= names
