"""Programs that are asked about a file: what they say is bounded, what they take too, and nothing of them stays."""

import sys
from pathlib import Path

import pytest

from shishod.formats.outside import ask
from tests.waiting import wait_until

PYTHON: list[str | bytes] = [sys.executable, "-c"]


def test_what_a_program_says_and_complains_of_is_heard_apart():
    told = ask([*PYTHON, "import sys; print('said'); print('complained', file=sys.stderr); sys.exit(3)"], 100, 60)

    assert (told.code, told.said, told.complaints, told.overlong) == (3, b"said\n", b"complained\n", False)


def test_its_input_ends_at_once():
    assert ask([*PYTHON, "import sys; print(repr(sys.stdin.read()))"], 100, 60).said == b"''\n"


def is_gone(pid: int) -> bool:
    """An orphan that was killed is there until init has looked after it."""
    try:
        return "Z" in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_one_that_never_ends_talking_is_ended(stream: str):
    told = ask([*PYTHON, f"import sys\nwhile True: sys.{stream}.write('x' * 10000)"], 50_000, 3)

    assert told.code is None and len(told.said) < 200_000 and len(told.complaints) < 200_000
    assert told.overlong is (stream == "stdout")


def test_one_that_takes_too_long_is_ended_with_all_that_it_started():
    sleeper = "import subprocess, sys; p = subprocess.Popen(['sleep', '600']); print(p.pid, flush=True); p.wait()"

    told = ask([*PYTHON, sleeper], 100, 2)

    assert told.code is None
    assert wait_until(lambda: is_gone(int(told.said)))


def test_it_may_use_the_processor_no_longer_than_it_may_take():
    told = ask(
        [*PYTHON, "import resource, time; time.sleep(0.5); print(resource.getrlimit(resource.RLIMIT_CPU))"], 100, 60
    )

    assert told.said == b"(61, 61)\n"


def test_one_that_is_not_there_is_said_to_be_so():
    with pytest.raises(FileNotFoundError):
        ask(["/nowhere/ffprobe"], 100, 60)
