"""The container image, built by its one command: whom it runs as, and how its health is asked for."""

import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.house.tree import ROOT

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]  # pytest -m long tests/packaging
NEEDED = ("buildah", "mmdebstrap", "dpkg-buildpackage")


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if os.geteuid() != 0:
        pytest.skip("an image is built as root; CI runs as root")
    if lacking := [tool for tool in NEEDED if not shutil.which(tool)]:
        pytest.skip(f"not installed: {', '.join(lacking)}")
    out = tmp_path_factory.mktemp("image")
    command = [ROOT / "packaging" / "build-image.sh", out]
    surroundings = os.environ | {"PACKING": "-Zzstd -z1"}
    done = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return out / "shishod-image.tar"


def opened(image: Path) -> dict[str, Any]:
    with tarfile.open(image) as archive:

        def said(name: str) -> Any:
            member = archive.extractfile(name)
            assert member is not None
            return json.load(member)

        (manifest,) = said("manifest.json")
        config: dict[str, Any] = said(manifest["Config"])["config"]
        return config


def test_it_runs_as_nobody_in_particular_and_tells_its_health(image: Path) -> None:
    config = opened(image)

    assert config["User"] == "10001:10001"
    assert config["Entrypoint"] == ["/usr/bin/shishod"]
    assert config["Healthcheck"]["Test"] == ["CMD", "/usr/bin/shishoctl", "health"]
