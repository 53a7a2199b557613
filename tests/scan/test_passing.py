"""What is there and does not count leaves the catalogue, and comes back as it was."""

import os
from pathlib import Path

import pytest

from shishod.model.library import Follow, Library, RootState, Ways
from shishod.model.state import State
from shishod.model.tier import Tier
from tests.samples import an_epub
from tests.scan.house import House

TIERS = pytest.mark.parametrize("tier", [Tier.QUICK, Tier.FULL])
THERE, AWAY = State.INDEXED, State.MISSING


@pytest.fixture
def shelf(house: House, library: Path) -> House:
    for path in ("1.epub", "A/2.epub", "A/B/3.epub"):
        (library / path).parent.mkdir(parents=True, exist_ok=True)
        an_epub(library / path, title=path)
    house.scan()
    house.reads()
    return house


def live_by(house: House, library: Path, ways: Ways) -> None:
    """As the daemon does when it starts with other settings."""
    house.catalog.enrol([Library("books", (os.fsencode(library),), ways=ways)], house.clock.now())


@TIERS
@pytest.mark.parametrize(
    ("rules", "said", "left"),
    [
        ("A/.nomedia", "", {"1.epub": THERE, "A/2.epub": AWAY, "A/B/3.epub": AWAY}),
        ("A/.ignore", "", {"1.epub": THERE, "A/2.epub": AWAY, "A/B/3.epub": AWAY}),
        (".shishoignore", "B/\n1.*\n", {"1.epub": AWAY, "A/2.epub": THERE, "A/B/3.epub": AWAY}),
        ("A/.ignore", "*\n!2.epub\n", {"1.epub": THERE, "A/2.epub": THERE, "A/B/3.epub": AWAY}),
    ],
)
def test_rules_take_books_away_and_give_them_back_unread(
    shelf: House, library: Path, tier: Tier, rules: str, said: str, left: dict[str, State]
) -> None:
    (library / rules).write_text(said)
    scan = shelf.scan(tier)
    assert shelf.states() == left
    assert scan.missing == sum(state is AWAY for state in left.values())

    (library / rules).unlink()
    shelf.scan(tier)
    assert set(shelf.states().values()) == {THERE}
    assert shelf.reads() == []


@TIERS
def test_a_changed_word_far_above_reaches_every_row(shelf: House, library: Path, tier: Tier) -> None:
    (library / ".shishoignore").write_text("2.epub\n")
    shelf.scan()
    (library / ".shishoignore").write_text("3.epub\n")

    shelf.scan(tier)

    assert shelf.states() == {"1.epub": THERE, "A/2.epub": THERE, "A/B/3.epub": AWAY}


def test_the_row_says_why(shelf: House, library: Path) -> None:
    (library / "A/.nomedia").touch()
    shelf.scan()

    (book,) = (one for one in shelf.books() if one["title"] == "A/2.epub")
    assert book["files"][0]["last_error"] == "the .nomedia in A says so"


def test_what_is_passed_over_is_never_held_and_holds_nothing_else(house: House, library: Path) -> None:
    (library / "A").mkdir()
    for number in range(120):
        an_epub(library / "A" / f"{number}.epub", title=f"A {number}")
        an_epub(library / f"{number}.epub", title=str(number))
    house.scan()

    (library / "A/.nomedia").touch()
    house.scan()
    assert house.root().state is RootState.ONLINE
    assert sum(state is AWAY for state in house.states().values()) == 120

    (library / "0.epub").unlink()
    house.scan()
    assert house.root().state is RootState.ONLINE
    assert house.states()["0.epub"] is AWAY


def test_a_hint_about_the_rules_of_a_folder_reaches_all_below(shelf: House, library: Path) -> None:
    (library / "A/.ignore").write_text("3.epub\n")

    shelf.hint("A")
    shelf.work()

    assert shelf.states()["A/B/3.epub"] is AWAY


@TIERS
@pytest.mark.parametrize(
    ("ways", "away"),
    [
        (Ways(ignore=("A/B/",)), {"A/B/3.epub"}),
        (Ways(ignore=("2.epub",)), {"A/2.epub"}),
        (Ways(min_size=1 << 20), {"1.epub", "A/2.epub", "A/B/3.epub"}),
    ],
)
def test_other_settings_take_effect_on_what_is_known(
    shelf: House, library: Path, tier: Tier, ways: Ways, away: set[str]
) -> None:
    live_by(shelf, library, ways)
    shelf.scan(tier)
    assert {path for path, state in shelf.states().items() if state is AWAY} == away

    live_by(shelf, library, Ways())
    shelf.scan(tier)
    assert set(shelf.states().values()) == {THERE}
    assert shelf.reads() == []


@TIERS
def test_links_that_are_no_longer_followed_take_their_books_along(
    house: House, library: Path, tmp_path: Path, tier: Tier
) -> None:
    (tmp_path / "Outside").mkdir()
    an_epub(tmp_path / "Outside/x.epub", title="X")
    an_epub(tmp_path / "y.epub", title="Y")
    (library / "out").symlink_to(tmp_path / "Outside")
    (library / "y.epub").symlink_to(tmp_path / "y.epub")
    live_by(house, library, Ways(follow_symlinks=Follow.ALL))
    house.scan(tier)
    assert house.states() == {"out/x.epub": THERE, "y.epub": THERE}

    live_by(house, library, Ways())
    house.scan(tier)
    assert house.states() == {"out/x.epub": AWAY, "y.epub": AWAY}


def test_a_circle_is_told_once_and_forgotten_when_it_is_gone(house: House, library: Path) -> None:
    (library / "A").mkdir()
    (library / "A/loop").symlink_to("..")
    live_by(house, library, Ways(follow_symlinks=Follow.INSIDE))
    assert [house.scan().problems, house.scan().problems] == [1, 0]
    (told,), _ = house.catalog.problems()
    assert told["path"].endswith("A/loop")
    assert "entered" in told["text"]

    (library / "A/loop").unlink()
    house.scan()
    assert house.catalog.problems() == ([], None)


def test_a_file_in_whose_place_there_is_something_else_is_gone(shelf: House, library: Path) -> None:
    for path in ("1.epub", "A/2.epub"):
        (library / path).unlink()
    (library / "1.epub").mkdir()
    os.mkfifo(library / "A/2.epub")

    shelf.scan()

    assert shelf.states() == {"1.epub": AWAY, "A/2.epub": AWAY, "A/B/3.epub": THERE}


def test_a_folder_in_whose_place_there_is_a_file_is_gone_with_all_that_it_held(shelf: House, library: Path) -> None:
    (library / "A").rename(library.parent / "A")
    (library / "A").touch()

    shelf.scan()

    assert shelf.states() == {"1.epub": THERE, "A/2.epub": AWAY, "A/B/3.epub": AWAY}


def test_an_unchanged_library_with_rules_is_asked_nothing(shelf: House, library: Path) -> None:
    (library / "A/.shishoignore").write_text("3.epub\n")
    shelf.scan()
    shelf.scan()

    again = shelf.scan(Tier.QUICK)

    assert (again.total, again.missing, again.problems) == (0, 0, 0)


def test_a_link_beside_what_it_leads_to_is_another_path_to_it_and_no_move(house: House, library: Path) -> None:
    (library / "A").mkdir()
    an_epub(library / "A/1.epub", title="One")
    (library / "one.epub").symlink_to("A/1.epub")
    live_by(house, library, Ways(follow_symlinks=Follow.INSIDE))

    for _ in range(3):
        house.scan()

    assert house.states() == {"A/1.epub": THERE, "one.epub": THERE}
    assert house.titles() == ["One"]
