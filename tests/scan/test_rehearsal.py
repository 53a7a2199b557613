"""A scan that is told and not done."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from shishod.model.catalog import Catalog
from shishod.model.foresight import KINDS, SHOWN, Foresight
from shishod.model.tier import Tier
from shishod.scan.rehearsal import READS, WRITES, Caught, Rehearsal
from tests.journeys.dump import dump
from tests.samples import an_epub
from tests.scan.house import House


def rehearsed(house: House, tier: Tier = Tier.FULL, folder: bytes = b"") -> Foresight:
    rehearsal = Rehearsal(house.sweeper._rooms, house.runner, house.sweeper.stalled)
    return rehearsal.run(house.root(), folder, tier, lambda: True)


def told(found: Foresight) -> dict[str, list[bytes]]:
    return {kind: sorted(paths) for kind, paths in found.paths.items() if paths}


def written(house: House, state: Path) -> list[str]:
    return dump(state / "catalogue.sqlite")


def test_it_tells_what_a_scan_then_finds_and_writes_nothing(house: House, library: Path, tmp_path: Path) -> None:
    for name in ("stays", "changes", "leaves", "moves"):
        an_epub(library / f"{name}.epub", title=name)
    house.scan()
    house.pause()
    an_epub(library / "comes.epub", title="comes")
    an_epub(library / "changes.epub", title="changed since")
    (library / "leaves.epub").unlink()
    (library / "Sub").mkdir()
    (library / "moves.epub").rename(library / "Sub" / "moved.epub")
    before, reads, waiting = written(house, tmp_path / "state0"), house.reads(), house.queue.waiting()

    found = rehearsed(house)

    assert told(found) == {
        "new": [b"comes.epub"],
        "changed": [b"changes.epub"],
        "moved": [b"Sub/moved.epub"],
        "missing": [b"leaves.epub"],
    }
    assert found.unchanged == 1
    assert written(house, tmp_path / "state0") == before
    assert house.reads() == []
    assert house.queue.waiting() == waiting
    assert reads
    scan = house.scan()
    assert (scan.total, scan.missing, scan.moved) == (2, 1, 1)


@pytest.mark.parametrize("tier", [Tier.QUICK, Tier.FULL])
def test_of_an_unchanged_library_there_is_nothing_to_tell(house: House, library: Path, tier: Tier) -> None:
    for number in range(5):
        an_epub(library / f"{number}.epub")
    house.scan()

    found = rehearsed(house, tier)

    assert (told(found), found.unchanged) == ({}, 5)


def test_a_folder_that_left_is_told_file_by_file(house: House, library: Path) -> None:
    (library / "A" / "B").mkdir(parents=True)
    for name in ("1", "2"):
        an_epub(library / "A" / "B" / f"{name}.epub", title=name)
    house.scan()
    shutil.rmtree(library / "A")

    assert told(rehearsed(house)) == {"missing": [b"A/B/1.epub", b"A/B/2.epub"]}


def test_a_loss_that_would_be_held_is_told_as_held(house: House, library: Path) -> None:
    (library / "A").mkdir()
    an_epub(library / "stays.epub")
    for number in range(60):
        (library / "A" / f"{number}.epub").write_bytes(b"x")
    house.scan()
    shutil.rmtree(library / "A")

    found = rehearsed(house)

    assert (found.counts["held"], found.counts["missing"]) == (60, 0)
    assert found.paths["held"]
    assert house.root().held is None


def test_a_part_of_a_library_is_told_alone(house: House, library: Path) -> None:
    for name in ("A", "B"):
        (library / name).mkdir()
        an_epub(library / name / "new.epub")

    assert told(rehearsed(house, folder=b"B")) == {"new": [b"B/new.epub"]}


def test_a_root_that_is_not_believed_is_told_with_the_reason_and_nothing_else(
    a_house: Callable[..., House], library: Path, tmp_path: Path
) -> None:
    house = a_house(books=library)
    an_epub(library / "a.epub")
    house.scan()
    library.rename(tmp_path / "away")
    before = written(house, tmp_path / "state0")

    found = rehearsed(house)

    assert "No such file" in found.absent
    assert found.counts == dict.fromkeys(KINDS, 0)
    assert written(house, tmp_path / "state0") == before


def test_it_ends_when_nobody_wants_it_any_more(house: House, library: Path) -> None:
    for number in range(100):
        (library / str(number)).mkdir()
        an_epub(library / str(number) / "new.epub")

    found = Rehearsal(house.sweeper._rooms, house.runner, house.sweeper.stalled).run(
        house.root(), b"", Tier.FULL, lambda: False
    )

    assert found.counts["new"] < 100


def test_paths_are_kept_up_to_a_number_and_counted_beyond_it() -> None:
    found = Foresight(1, b"")

    found.add("new", (b"%d" % number for number in range(SHOWN + 5)))

    assert (found.counts["new"], len(found.paths["new"])) == (SHOWN + 5, SHOWN)


def test_every_verb_of_the_catalogue_is_known_as_one_that_reads_or_writes() -> None:
    verbs = {name for name in dir(Catalog) if not name.startswith("_") and callable(getattr(Catalog, name))}
    of_scans = {"enrol", "accept", "save", "save_each", "reopen_outdated", "unhashed", "write_hashes", "purge"}
    of_scans |= {"claim", "release", "reclaim"}

    own = {name for name in vars(Caught) if not name.startswith("_")}

    assert not READS & WRITES
    assert verbs - of_scans <= READS | WRITES | own, "a rehearsal must know which of these may be passed on"
