"""Files made wrong in every way that we can think of, read by parse processes: a reading or a reason, each time.

A short run is part of the tests; `pytest -m long tests/fuzz` makes twenty thousand attempts on each reader.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shishod.formats import READERS
from shishod.formats.limits import Limits
from shishod.formats.reader import Reader
from shishod.work.runners import Failed
from shishod.work.runners.processes import ProcessRunner
from tests.contracts.test_companions import SAMPLES as BESIDE
from tests.corpus.scoring import corpus
from tests.fuzz.attempt import Case, attempt, show, wrong
from tests.samples import a_jpeg, a_png, a_webp
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
    """How the attempts on a reader ended."""
    return bombarded(reader.name, sources(reader, folder), runner, folder, attempts)


def bombarded(
    name: str, names: list[str], runner: ProcessRunner, folder: Path, attempts: int, do: Callable[[Case], str] = attempt
) -> Counter[str]:
    """How the attempts ended. An end that nobody may come to fails the test, with the file kept beside."""
    ends: Counter[str] = Counter()
    for start in range(0, attempts, AT_ONCE):
        cases = [
            Case(names[number % len(names)], names[-1 - number * 7 % len(names)], name, number, str(folder))
            for number in range(start, min(start + AT_ONCE, attempts))
        ]
        for case, end in zip(cases, runner.run(do, cases), strict=True):
            if isinstance(end, Failed) and end.reason not in EXPECTED.get(name, set()):
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


@pytest.mark.parametrize("name", BESIDE)
def test_what_lies_beside_a_book_may_be_wrong_too(name: str, runner: ProcessRunner, tmp_path: Path) -> None:
    file, build, _ = BESIDE[name]

    ends = bombarded(name, [os.fsdecode(build(tmp_path / file))], runner, tmp_path, SHORT)

    assert sum(ends.values()) == SHORT


def pictures(folder: Path) -> list[str]:
    """One of each form, as large as covers are."""
    made = {"a.jpg": a_jpeg(600, 900), "a.png": a_png(600, 900), "a.webp": a_webp(600, 900)}
    for name, content in made.items():
        (folder / name).write_bytes(content)
    return [str(folder / name) for name in made]


def test_a_cover_made_wrong_is_shown_or_told_why_not(runner: ProcessRunner, tmp_path: Path) -> None:
    ends = bombarded("cover", pictures(tmp_path), runner, tmp_path, SHORT, show)

    assert sum(ends.values()) == SHORT
    assert len(ends) > 1, "nothing was made wrong enough"


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_twenty_thousand_sidecars_and_covers_made_wrong_end_no_process(runner: ProcessRunner, tmp_path: Path) -> None:
    told = Counter[str]()
    for name, (file, build, _) in BESIDE.items():
        told += bombarded(name, [os.fsdecode(build(tmp_path / file))], runner, tmp_path, LONG // len(BESIDE))
    told += bombarded("cover", pictures(tmp_path), runner, tmp_path, LONG // 4, show)

    print("\n" + "\n".join(f"beside {count:6} {end}" for end, count in told.most_common()))
    assert not [end for end in told if end.startswith("the process ended")]


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
