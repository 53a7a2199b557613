"""Folders that cannot be listed: they say nothing about their books, and are forgotten as trouble once they can."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shishod.model.progress import ScanStatus
from shishod.model.state import State
from shishod.model.tier import Tier
from tests.nobody import as_nobody
from tests.samples import an_epub
from tests.scan.house import House


@pytest.fixture
def shut(open_place: Path, a_house: Callable[..., House]) -> Iterator[House]:
    """A library with one folder that was catalogued and can no longer be listed."""
    for folder in ("Open", "Shut/Deep"):
        (open_place / folder).mkdir(parents=True)
        an_epub(open_place / folder / "a.epub", title=folder)
    house = a_house(books=open_place)
    house.scan()
    (open_place / "Shut").chmod(0)
    yield house
    (open_place / "Shut").chmod(0o755)


def walk_as_nobody(house: House, tier: Tier) -> None:
    house.request(tier)
    with as_nobody():
        house.turn()
    house.work()


@pytest.mark.parametrize("tier", [Tier.QUICK, Tier.FULL])
def test_an_unreadable_folder_marks_nothing_missing_and_is_listed_as_a_problem(
    shut: House, open_place: Path, tier: Tier
) -> None:
    (open_place / "Open/a.epub").unlink()

    walk_as_nobody(shut, tier)

    assert shut.states() == {"Open/a.epub": State.MISSING, "Shut/Deep/a.epub": State.INDEXED}
    (problem,), _ = shut.catalog.problems()
    assert problem["path"].endswith("/Shut")
    assert "books are left as they are" in problem["text"]
    ended = shut.catalog.scans()[0]
    assert (ended.status, ended.problems) == (ScanStatus.COMPLETED, 1)


@pytest.mark.parametrize("tier", [Tier.QUICK, Tier.FULL])
def test_the_problem_is_gone_once_the_folder_can_be_listed_again(shut: House, open_place: Path, tier: Tier) -> None:
    walk_as_nobody(shut, Tier.FULL)
    (open_place / "Shut").chmod(0o755)
    shut.reads()

    shut.scan(tier)

    assert shut.catalog.problems()[0] == []
    assert set(shut.states().values()) == {State.INDEXED}
    assert shut.reads() == []
