"""The nightly errand that forgets what has been gone for long."""

import logging
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from shishod.errors import Unreachable
from shishod.model.purge import Purged, PurgeOrder
from shishod.model.state import State
from shishod.scan.purger import Purger
from tests.samples import an_epub
from tests.scan.house import House

GRACE_S = 30 * 86400.0


@pytest.fixture
def bereft(house: House, library: Path) -> House:
    """Two books, of which one has been missing since just now."""
    for name in ("kept", "gone"):
        (library / name).mkdir()
        an_epub(library / name / f"{name}.epub", title=name, authors=[f"Author of {name}"])
    house.scan()
    shutil.move(library / "gone", library.parent / "gone")
    house.scan()
    assert house.states()["gone/gone.epub"] is State.MISSING
    return house


def purge(house: House) -> None:
    Purger(house.catalog, GRACE_S, house.clock).purge([])


def test_what_is_missing_is_forgotten_after_the_grace_and_not_before(bereft: House) -> None:
    bereft.clock.wind(GRACE_S - 60)
    bereft.scan()
    purge(bereft)
    assert bereft.titles() == ["gone", "kept"]

    bereft.clock.wind(120)
    purge(bereft)

    assert bereft.titles() == ["kept"]
    assert list(bereft.states()) == ["kept/kept.epub"]


def test_a_file_that_comes_back_after_it_was_forgotten_is_new(bereft: House, library: Path) -> None:
    bereft.clock.wind(GRACE_S + 60)
    purge(bereft)
    shutil.move(library.parent / "gone", library / "gone")

    scan = bereft.scan()

    assert (scan.books_new, scan.returned) == (1, 0)
    assert bereft.titles() == ["gone", "kept"]


def test_a_file_that_comes_back_before_is_as_it_was(bereft: House, library: Path) -> None:
    shutil.move(library.parent / "gone", library / "gone")
    bereft.reads()

    scan = bereft.scan()

    assert (scan.returned, bereft.reads()) == (1, [])
    assert bereft.states()["gone/gone.epub"] is State.INDEXED


def test_a_root_that_went_away_since_keeps_its_missing_files(bereft: House, library: Path) -> None:
    library.rename(library.parent / "away")
    bereft.scan()
    bereft.clock.wind(GRACE_S + 60)

    purge(bereft)

    assert bereft.titles() == ["gone", "kept"]


def test_a_file_that_is_purged_as_it_comes_back_is_found_by_the_next_scan(bereft: House, library: Path) -> None:
    shutil.move(library.parent / "gone", library / "gone")
    mark = bereft.catalog.mark

    def purged_meanwhile(*words: object) -> int:
        bereft.catalog.purge(PurgeOrder(bereft.clock.now() + timedelta(days=1)))
        return mark(*words)  # type: ignore[arg-type]

    bereft.catalog.mark = purged_meanwhile  # type: ignore[method-assign]
    bereft.scan()
    bereft.catalog.mark = mark  # type: ignore[method-assign]

    bereft.scan()

    assert bereft.titles() == ["gone", "kept"]
    assert set(bereft.states().values()) == {State.INDEXED}


def test_a_database_that_does_not_answer_puts_it_off(caplog: pytest.LogCaptureFixture) -> None:
    class Down:
        def missing(self, limit: int = 100, after: int = 0, library: str | None = None) -> tuple[list[object], None]:
            return [], None

        def purge(self, order: PurgeOrder) -> Purged:
            raise Unreachable("it is locked")

    with caplog.at_level(logging.WARNING):
        Purger(Down(), GRACE_S).purge([])  # type: ignore[arg-type]

    assert "the next night tries again" in caplog.text
