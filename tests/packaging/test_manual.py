"""The manual pages and completions that the packages bring, made by their one command."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import BaseModel

from shishod.ctl.table import COMMANDS
from shishod.daemon.config import LibrarySettings, Settings
from shishod.daemon.main import cli
from shishod.metrics import METRICS
from tests.house.tree import ROOT

PAGES = ("shishod.8", "shishoctl.1", "shishod.yaml.5")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    subprocess.run([sys.executable, ROOT / "packaging" / "manual.py", folder], cwd=ROOT, check=True)
    return folder


def shown(made: Path, page: str) -> str:
    """A page as plain text on a wide terminal, the words of its tables at the left."""
    command = ["mandoc", "-T", "utf8", "-O", "width=200", made / "man" / page]
    text = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    return "".join(
        after for after, before in zip(text, text[1:] + " ", strict=True) if before != "\b" and after != "\b"
    )


def needs(tool: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not shutil.which(tool), reason=f"{tool} is not installed; .ci/run installs it")


@needs("mandoc")
@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_written_as_pages_are(made: Path, page: str) -> None:
    said = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "warning", made / "man" / page], capture_output=True, text=True, check=False
    )

    assert said.stdout + said.stderr == ""


@needs("man")
@pytest.mark.parametrize("page", PAGES)
def test_man_shows_a_page_without_a_warning(made: Path, page: str) -> None:
    command = ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", made / "man" / page]
    said = subprocess.run(command, capture_output=True, env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}, check=True)

    assert said.stderr.decode() == ""


@needs("mandoc")
def test_every_command_has_its_place(made: Path) -> None:
    asked, run = shown(made, "shishoctl.1"), shown(made, "shishod.8")

    assert [name for name in COMMANDS if f"   shishoctl {name}" not in asked] == []
    assert [name for name in cli.commands if f"   shishod {name}" not in run] == []


@needs("mandoc")
def test_every_metric_has_its_place(made: Path) -> None:
    page = shown(made, "shishod.8")

    assert [name for name in METRICS if f"  {name}\n" not in page] == []


@needs("mandoc")
def test_every_setting_has_its_place(made: Path) -> None:
    lines = {line.split(" ")[0] for line in map(str.strip, shown(made, "shishod.yaml.5").splitlines())}
    rooms = [field.annotation for field in Settings.model_fields.values()]
    models = [LibrarySettings, *(one for one in rooms if isinstance(one, type) and issubclass(one, BaseModel))]

    assert {key for model in models for key in model.model_fields} - lines == set()
    assert {f"{key}:" for key in Settings.model_fields} - lines == set()


@pytest.mark.parametrize(
    ("shell", "script"),
    [  # zsh itself completes at a prompt only, so what its function asks is asked here
        pytest.param(
            "bash",
            'source {0}/bash/{1}; COMP_WORDS=({1} {2}) COMP_CWORD=1; _{1}_completion {1}; echo "${{COMPREPLY[@]}}"',
            marks=needs("bash"),
        ),
        pytest.param("fish", "source {0}/fish/{1}.fish; complete -C '{1} {2}'", marks=needs("fish")),
        pytest.param(
            "zsh",
            "zsh -n {0}/zsh/_{1} && env _{3}_COMPLETE=zsh_complete COMP_WORDS='{1} {2}' COMP_CWORD=1 {1}",
            marks=needs("zsh"),
        ),
    ],
)
@pytest.mark.parametrize(
    ("program", "begun", "meant"), [("shishoctl", "prob", "problems"), ("shishod", "check", "check-config")]
)
def test_a_shell_completes(made: Path, shell: str, script: str, program: str, begun: str, meant: str) -> None:
    surroundings = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": str(made), "LC_ALL": "C.UTF-8"}
    asked = script.format(made, program, begun, program.upper())

    said = subprocess.run([shell, "-c", asked], capture_output=True, text=True, env=surroundings, check=True)

    assert meant in said.stdout.split()
