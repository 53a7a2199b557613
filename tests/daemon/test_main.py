"""The shishod command as an operator meets it: its answers and its exit codes."""

import fcntl
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from shishod.daemon.config import Settings, load
from shishod.daemon.sample import sample, sentences

SAMPLE = Path(__file__).parents[2] / "etc" / "config.yaml"
HEAVY = ("sqlalchemy", "pydantic", "starlette", "apscheduler", "watchdog", "rich")


def shishod(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "shishod", *map(str, arguments)],
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
        env={**os.environ, **environment},
    )


def test_a_good_configuration_is_told_as_it_was_understood(tmp_path: Path) -> None:
    (tmp_path / "books").mkdir()
    file = tmp_path / "config.yaml"
    file.write_text(
        f"libraries: {{Books: {{kind: ebooks, paths: [{tmp_path}/books, {tmp_path}/gone]}}}}\n"
        f"state_dir: {tmp_path}/state\ncontrol: {{socket: {tmp_path}/s.sock}}\n"
    )

    answer = shishod("check-config", file)

    assert answer.returncode == 0
    assert answer.stdout.splitlines()[:4] == [
        "the configuration is well",
        "library Books (ebooks)",
        f"  {tmp_path}/books",
        f"  {tmp_path}/gone  (warning: No such file or directory; its books stay as they are until it is there)",
    ]
    assert f"catalogue  {tmp_path}/state" in answer.stdout
    assert f"socket     {tmp_path}/s.sock" in answer.stdout


def test_a_configuration_without_a_library_is_well_but_said_to_watch_nothing(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").touch()

    assert "nothing to watch" in shishod("check-config", tmp_path / "config.yaml").stdout


def test_a_faulty_configuration_is_78_with_every_fault_on_standard_error(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("log: {level: loud}\nwtach: {}\n")

    for command in (["check-config", file], ["run", "--config", file]):
        answer = shishod(*command)

        assert answer.returncode == 78
        assert answer.stdout == ""
        assert f"{file}:1: log.level: should be" in answer.stderr
        assert f"{file}:2: wtach: there is no such key; did you mean watch?" in answer.stderr
        assert "Traceback" not in answer.stderr


def test_the_shipped_sample_is_what_the_settings_say() -> None:
    assert SAMPLE.read_text(encoding="utf-8") == sample(), "write it again: shishod print-config > etc/config.yaml"


def test_the_sample_prints_as_it_is_shipped() -> None:
    assert shishod("print-config").stdout == sample()


def test_the_sample_as_shipped_and_with_every_key_uncommented_means_the_defaults(tmp_path: Path) -> None:
    whole = re.sub(r"^( *)#([a-z_]+: )", r"\1\2", sample(), flags=re.MULTILINE)
    (tmp_path / "config.yaml").write_text(whole, encoding="utf-8")

    assert load(SAMPLE) == Settings()
    assert whole != sample()
    assert load(tmp_path / "config.yaml") == Settings()


def test_every_setting_of_every_room_has_its_sentence() -> None:
    sections = {name: field.annotation for name, field in Settings.model_fields.items()}
    wordless = [
        f"{section}.{key}"
        for section, model in sections.items()
        for key in getattr(model, "model_fields", {})
        if not sentences(model).get(key)
    ]

    assert wordless == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "--library", "/does/not/exist"],
        ["rum"],
        ["run", "--log-level", "loud"],
        ["check-config", "a", "b"],
        ["run", "--library", "/", "--socket", ""],
        ["restore", "/dev/null", "--state-dir", ""],
        ["doctor", "--state-dir", ""],
    ],
)
def test_a_wrong_call_is_64(arguments: list[str]) -> None:
    answer = shishod(*arguments)

    assert answer.returncode == 64
    assert "Error:" in answer.stderr


def test_a_file_and_folders_together_are_a_wrong_call(tmp_path: Path) -> None:
    answer = shishod("run", "--config", tmp_path / "c.yaml", "--library", tmp_path)

    assert answer.returncode == 64


def test_a_state_folder_that_another_daemon_holds_is_75_and_says_whom_to_ask(library: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    with open(state / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        answer = shishod("run", "--library", library, "--state-dir", state, "--socket", tmp_path / "s.sock")

    assert answer.returncode == 75
    assert "another daemon keeps its catalogue" in answer.stderr
    assert "shishoctl status" in answer.stderr


def test_a_state_folder_that_cannot_be_made_is_78(library: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    answer = shishod("run", "--library", library, "--state-dir", tmp_path / "file" / "state")

    assert answer.returncode == 78
    assert "cannot be used: Not a directory; nothing was changed; name another" in answer.stderr


def test_a_state_folder_inside_the_library_is_refused(library: Path) -> None:
    answer = shishod("run", "--library", library, "--state-dir", library / "state", "--socket", "/tmp/s.sock")

    assert answer.returncode == 78
    assert "lies in the library folder" in answer.stderr
    assert list(library.iterdir()) == []


def test_the_version_and_the_help_load_none_of_the_rooms() -> None:
    said = f"""
import sys
from shishod.daemon.main import _outcome
assert _outcome(["--version"]) == 0
assert _outcome(["run", "--help"]) == 0
heavy = sorted(set({HEAVY!r}) & set(sys.modules))
sys.exit(f"loaded {{heavy}}" if heavy else 0)
"""
    answer = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=False, timeout=30)

    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith("shishod 0.")
