"""While a file is read the catalogue knows; whatever becomes of the reading, it is in nobody's hand afterwards."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shishod.model.state import LEASE, State
from shishod.model.tier import Tier
from shishod.scan.inspection import Assignment
from shishod.work.runners import Failed
from tests.samples import an_epub
from tests.scan.house import House


@pytest.fixture
def changed(house: House, library: Path) -> House:
    """A house with one book that has been written anew since it was read."""
    an_epub(library / "a.epub", title="First")
    house.scan()
    an_epub(library / "a.epub", title="Second, and longer")
    house.reads()
    return house


def test_a_known_file_is_processing_while_it_is_read_and_indexed_afterwards(changed: House) -> None:
    meanwhile: list[dict[str, State]] = []
    changed.runner.before = lambda _: meanwhile.append(changed.states())

    changed.scan()

    assert meanwhile == [{"a.epub": State.PROCESSING}]
    assert changed.states() == {"a.epub": State.INDEXED}


def test_a_file_that_vanishes_under_its_reader_is_given_back(changed: House, library: Path) -> None:
    changed.runner.before = lambda _: (library / "a.epub").unlink()
    changed.request()
    changed.turn()
    changed.turn()

    assert changed.states() == {"a.epub": State.CHANGED}
    changed.scan()
    assert changed.states() == {"a.epub": State.MISSING}


def test_a_file_whose_reader_was_stopped_is_given_back_and_read_by_the_next_scan(changed: House) -> None:
    changed.runner.fails[b"a.epub"] = Failed("stopped", "the daemon stops")
    changed.scan()
    assert changed.states() == {"a.epub": State.CHANGED}

    changed.runner.fails.clear()
    changed.scan(Tier.QUICK)
    assert changed.titles() == ["Second, and longer"]


def test_a_file_that_another_reads_is_left_to_him_until_his_lease_is_over(changed: House) -> None:
    (known,) = changed.files().values()
    changed.catalog.claim([known.id], changed.clock.now())

    assert changed.scan().skipped == 1
    assert changed.reads() == []

    changed.clock.wind(LEASE.total_seconds() + 1)
    changed.scan(Tier.QUICK)
    assert changed.reads() == ["a.epub"]
    assert changed.states() == {"a.epub": State.INDEXED}


def test_what_was_in_hand_when_the_daemon_died_is_read_by_the_next(changed: House, library: Path) -> None:
    """A retry that was due: nothing on the disk tells that it was never tried."""
    (library / "b.epub").write_bytes(b"not a book")
    changed.runner.before = lambda _: None
    changed.scan()
    broken = changed.files()["b.epub"]
    assert broken.state is State.ERROR
    changed.catalog.claim([broken.id], changed.clock.now())

    assert changed.catalog.reclaim() == 1
    changed.reads()
    changed.scan(Tier.QUICK)

    assert changed.reads() == ["b.epub"]
    assert changed.states()["b.epub"] is State.ERROR


@pytest.mark.parametrize("tier", [Tier.QUICK, Tier.FULL])
def test_an_error_that_is_due_is_tried_again_though_nothing_on_the_disk_has_changed(
    house: House, library: Path, tier: Tier
) -> None:
    (library / "Author").mkdir()
    an_epub(library / "Author" / "a.epub")
    years_ago = 1_500_000_000
    for place in (library / "Author" / "a.epub", library / "Author", library):
        os.utime(place, (years_ago, years_ago))
    house.runner.fails[b"Author/a.epub"] = Failed("crash", "it ended")
    house.scan()
    house.clock.wind(2)
    house.scan()
    house.reads()

    house.runner.fails.clear()
    house.scan(tier)
    assert house.reads() == []  # not due yet

    house.clock.wind(70)
    house.scan(tier)
    assert house.reads() == ["Author/a.epub"]
    assert house.states() == {"Author/a.epub": State.INDEXED}
    assert house.files()["Author/a.epub"].error_count == 0


def test_a_file_from_the_future_is_read_once(house: House, library: Path) -> None:
    path = an_epub(library / "a.epub")
    ahead = (datetime.now(UTC) + timedelta(days=4000)).timestamp()
    os.utime(path, (ahead, ahead))
    os.utime(library, (ahead, ahead))

    for tier in (Tier.FULL, Tier.QUICK, Tier.FULL):
        house.scan(tier)

    assert house.reads() == ["a.epub"]
    assert house.states() == {"a.epub": State.INDEXED}


def test_a_new_file_is_claimed_by_nobody_for_it_has_no_row(house: House, library: Path) -> None:
    an_epub(library / "a.epub")
    seen: list[Assignment] = []
    house.runner.before = seen.append

    house.scan()

    assert len(seen) == 1
    assert house.states() == {"a.epub": State.INDEXED}
