"""Files made wrong in every way that we can think of, read by parse processes: a reading or a reason, each time.

A short run is part of the tests; `pytest -m long tests/fuzz` makes twenty thousand attempts on each reader.
"""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from shishod.formats import READERS
from shishod.formats.limits import Limits
from shishod.formats.reader import Reader
from shishod.work.runners import Failed
from shishod.work.runners.processes import ProcessRunner
from tests.corpus.scoring import corpus
from tests.fuzz.attempt import Case, attempt, wrong
from tests.samples.each import SAMPLES

SHORT, LONG, AT_ONCE = 120, 20_000, 40
MOST_BYTES = 300_000
FAMILY = sum(one.dear > 1 for one in SAMPLES.values())  # readers that share one way of reading, and the attempts
EXPECTED = {"pdf": {"crash", "memory"}}
"""How a process may end under a reader: PDFium stops where it cannot have memory, and the file is told "crash"."""

each_reader = pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)


@pytest.fixture(scope="module")
def runner() -> Iterator[ProcessRunner]:
    runner = ProcessRunner(
        2, limit_s=Limits().file_s, memory_bytes=Limits().memory_bytes, preload=["tests.fuzz.attempt"]
    )
    yield runner
    runner.close()


def sources(reader: Reader, folder: Path) -> list[str]:
    """The sample of a format, and every small file of it in the corpus."""
    sample = SAMPLES[reader.name]
    found = [str(sample.build(folder / sample.name))]
    if (place := corpus()) is not None:
        found += sorted(
            str(path)
            for path in place.rglob("*")
            if os.fsencode(path.suffix.lower()) in reader.suffixes and 0 < path.stat().st_size <= MOST_BYTES
        )
    return found


def bombard(reader: Reader, runner: ProcessRunner, folder: Path, attempts: int) -> Counter[str]:
    """How the attempts ended. An end that no reader may come to fails the test, with the file kept beside."""
    names = sources(reader, folder)
    ends: Counter[str] = Counter()
    for start in range(0, attempts, AT_ONCE):
        cases = [
            Case(names[number % len(names)], names[-1 - number * 7 % len(names)], reader.name, number, str(folder))
            for number in range(start, min(start + AT_ONCE, attempts))
        ]
        for case, end in zip(cases, runner.run(attempt, cases), strict=True):
            if isinstance(end, Failed) and end.reason not in EXPECTED.get(reader.name, set()):
                (folder / "culprit").write_bytes(wrong(case))
                pytest.fail(f"{end.reason}: {end.text}\n{case}\nthe file is {folder / 'culprit'}")
            ends[f"the process ended: {end.reason}" if isinstance(end, Failed) else end] += 1
    return ends


@each_reader
def test_a_file_made_wrong_is_read_or_told_why_not(reader: Reader, runner: ProcessRunner, tmp_path: Path) -> None:
    attempts = SHORT // SAMPLES[reader.name].dear
    ends = bombard(reader, runner, tmp_path, attempts)

    assert sum(ends.values()) == attempts
    assert len(ends) > 1 or attempts < SHORT, "nothing was made wrong enough"


@pytest.mark.long
@pytest.mark.timeout(3600)
@each_reader
def test_twenty_thousand_files_made_wrong_are_read_or_told_why_not(
    reader: Reader, runner: ProcessRunner, tmp_path: Path
) -> None:
    attempts = LONG // (FAMILY if SAMPLES[reader.name].dear > 1 else 1)
    ends = bombard(reader, runner, tmp_path, attempts)

    print("\n" + "\n".join(f"{reader.name:6} {count:6} {end}" for end, count in ends.most_common()))
    assert sum(count for end, count in ends.items() if end.startswith("the process ended")) < attempts / 100
