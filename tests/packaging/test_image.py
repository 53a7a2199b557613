"""The container image, built by its one command: whom it runs as, how its health is asked for, and that it runs."""

import json
import os
import shutil
import subprocess
import tarfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.house.tree import ROOT
from tests.samples import an_epub
from tests.waiting import wait_until

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


class Engine:
    """podman with a store of its own, on a machine that runs no systemd and grants no more than it has itself."""

    def __init__(self, place: Path) -> None:
        place.mkdir()
        (place / "containers.conf").write_text(
            '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]\n'
        )
        store = f'[storage]\ndriver = "vfs"\ngraphroot = "{place}/graph"\nrunroot = "{place}/run"\n'
        (place / "storage.conf").write_text(store)
        ours = {"CONTAINERS_CONF": f"{place}/containers.conf", "CONTAINERS_STORAGE_CONF": f"{place}/storage.conf"}
        self._surroundings = os.environ | ours
        self.name = f"shishod-{uuid.uuid4().hex[:8]}"

    def __call__(self, *words: object, check: bool = True) -> str:
        command = ["podman", "--runtime", shutil.which("runc") or "", *map(str, words)]
        done = subprocess.run(command, env=self._surroundings, capture_output=True, text=True, check=False)
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def ask(self, *words: str) -> str:
        return self("exec", self.name, *words, check=False)


@pytest.fixture
def engine(image: Path, tmp_path: Path) -> Iterator[Engine]:
    if lacking := [tool for tool in ("podman", "runc") if not shutil.which(tool)]:
        pytest.skip(f"not installed: {', '.join(lacking)}")
    engine = Engine(tmp_path / "engine")
    engine("load", "--input", image)
    yield engine
    engine("rm", "--force", engine.name, check=False)
    engine("volume", "rm", engine.name, check=False)


def test_it_runs_as_the_head_of_its_script_says_and_keeps_its_catalogue(engine: Engine, tmp_path: Path) -> None:
    for above in (tmp_path, *list(tmp_path.parents)[:2]):
        above.chmod(0o755)
    (tmp_path / "books").mkdir()
    an_epub(tmp_path / "books" / "one.epub", title="The Dispossessed")
    (tmp_path / "config.yaml").write_text("libraries: {Books: {paths: [/srv/books]}}\n")
    rights = ["--read-only", "--cap-drop=all", "--network=host", "-v", f"{engine.name}:/var/lib/shishod"]
    shown = ["-v", f"{tmp_path}/books:/srv/books:ro", "-v", f"{tmp_path}/config.yaml:/etc/shishod/config.yaml:ro"]

    engine("run", "--detach", "--name", engine.name, *rights, *shown, "localhost/shishod")
    wait_until(lambda: "The Dispossessed" in engine.ask("shishoctl", "books"), 60, "the book is in the catalogue")

    assert engine("healthcheck", "run", engine.name) == ""
    assert engine.ask("shishoctl", "doctor") == "nothing is wrong\n"
    assert "seccomp" in engine.ask("shishoctl", "status")
    assert engine.ask("id", "--user") == "10001\n"
    assert engine.ask("sh", "-c", "touch /odd || echo refused") == "refused\n"
    engine("stop", engine.name)
    assert engine("inspect", engine.name, "--format", "{{.State.ExitCode}}") == "0\n", "it has stopped as it was asked"
    engine("start", engine.name)
    wait_until(lambda: "The Dispossessed" in engine.ask("shishoctl", "books"), 60, "the catalogue is the same")


def test_it_runs_as_nobody_in_particular_and_tells_its_health(image: Path) -> None:
    config = opened(image)

    assert config["User"] == "10001:10001"
    assert config["Entrypoint"] == ["/usr/bin/shishod"]
    assert config["Healthcheck"]["Test"] == ["CMD", "/usr/bin/shishoctl", "health"]
