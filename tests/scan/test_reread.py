"""Reading again by hand: what is meant and nothing else, whatever is known of it, and the user's words stay."""

from pathlib import Path
from typing import Any

import pytest

from shishod.errors import Refused
from shishod.model.metadata import UserWord
from shishod.model.progress import ScanSnapshot, ScanStatus
from shishod.model.state import State
from shishod.model.tier import Tier
from shishod.model.words import CLEARED, Wording
from shishod.operations.modes import ModeDesk, ModeWish
from shishod.scan.edits import Editor
from tests.samples import a_png, an_epub, an_mp3, an_opf
from tests.scan.house import House


@pytest.fixture
def desk(house: House, library: Path) -> ModeDesk:
    for name in ("A/dune", "A/emma", "B/saga"):
        (library / name).parent.mkdir(exist_ok=True)
        an_epub(library / f"{name}.epub", title=name)
    house.scan()
    house.scan()
    house.reads()
    editor = Editor(house.catalog, house.recorder)

    def book(number: int) -> dict[str, Any]:
        if (row := house.catalog.book(number)) is None:
            raise Refused(f"there is no book {number}", "not-found")
        return row

    return ModeDesk(house.catalog, house.scans, editor.edit, book)


def ended(house: House, asked: ScanSnapshot) -> ScanSnapshot:
    house.work()
    now = house.scans.snapshot(asked.id)
    assert now is not None
    return now


def number_of(house: House, path: str) -> int:
    return house.files()[path].book_id or 0


def test_all_of_it_is_read_again_though_nothing_changed(house: House, desk: ModeDesk) -> None:
    assert house.scan().total == 0

    scan = ended(house, desk.refresh(ModeWish(everything=True)))

    assert house.reads() == ["A/dune.epub", "A/emma.epub", "B/saga.epub"]
    assert (scan.status, scan.total, scan.succeeded, scan.discovered) == (ScanStatus.COMPLETED, 3, 3, True)
    assert house.scan().total == 0


def test_of_a_folder_what_lies_in_and_below_it_is_read_again(house: House, desk: ModeDesk, library: Path) -> None:
    ended(house, desk.refresh(ModeWish(paths=(bytes(library / "A"),))))

    assert house.reads() == ["A/dune.epub", "A/emma.epub"]


def test_of_a_file_only_that_one_is_read_again_and_no_folder_below_is_looked_at(
    house: House, desk: ModeDesk, library: Path
) -> None:
    scan = ended(house, desk.refresh(ModeWish(paths=(bytes(library / "A" / "emma.epub"),))))

    assert (house.reads(), scan.folders, scan.total) == (["A/emma.epub"], 1, 1)


def test_of_a_book_all_files_are_read_again_what_lies_beside_it_too(
    house: House, desk: ModeDesk, library: Path
) -> None:
    for disc in (1, 2):
        (library / "Emma" / f"CD {disc}").mkdir(parents=True)
        an_mp3(library / "Emma" / f"CD {disc}" / "01.mp3", album="Emma")
    an_opf(library / "Emma" / "metadata.opf")
    (library / "Emma" / "cover.png").write_bytes(a_png())
    house.scan()
    house.reads()

    scan = ended(house, desk.refresh(ModeWish(books=(number_of(house, "Emma/CD 1/01.mp3"),))))

    assert house.reads() == ["Emma/CD 1/01.mp3", "Emma/CD 2/01.mp3", "Emma/cover.png", "Emma/metadata.opf"]
    assert (scan.status, scan.succeeded) == (ScanStatus.COMPLETED, 4)


def test_a_file_that_failed_for_good_is_tried_again(house: House, desk: ModeDesk, library: Path) -> None:
    broken = library / "B" / "broken.epub"
    broken.write_bytes(b"PK\x03\x04 and no more")
    house.clock.wind(86400)
    house.scan()
    assert house.states()["B/broken.epub"] is State.ERROR
    house.reads()

    ended(house, desk.refresh(ModeWish(paths=(bytes(broken),))))

    assert house.reads() == ["B/broken.epub"]


def test_a_book_that_is_in_hand_meanwhile_is_read_again_after_that(house: House, desk: ModeDesk, library: Path) -> None:
    an_epub(library / "A" / "dune.epub", title="Changed")
    house.hint("A", "dune.epub")
    assert house.turn()  # its walk; the book waits to be read
    house.clock.wind(1)

    scan = desk.refresh(ModeWish(paths=(bytes(library / "A"),)))
    while house.turn() or (house.clock.wind(1) or house.turn()):
        pass

    assert house.reads().count("A/dune.epub") == 2
    assert ended(house, scan).status is ScanStatus.COMPLETED


def test_a_refresh_never_joins_a_scan_that_is_alive(house: House, desk: ModeDesk) -> None:
    plain = house.request(Tier.FULL)

    assert desk.refresh(ModeWish(everything=True)).id != plain.id


@pytest.mark.parametrize(
    ("wish", "fault"),
    [
        (ModeWish(), "nothing is named"),
        (ModeWish(books=(1,), everything=True), "more than one thing is named"),
        (ModeWish(books=(99,)), "there is no book 99"),
        (ModeWish(library="none"), 'there is no library "none"'),
        (ModeWish(paths=(b"/nowhere",)), "lies in no library"),
    ],
)
def test_what_is_not_there_or_not_meant_is_refused(house: House, desk: ModeDesk, wish: ModeWish, fault: str) -> None:
    with pytest.raises(Refused, match=fault):
        desk.refresh(wish)
    assert house.reads() == []


def test_a_book_that_is_gone_cannot_be_read_again(house: House, desk: ModeDesk, library: Path) -> None:
    number = number_of(house, "B/saga.epub")
    (library / "B" / "saga.epub").unlink()
    house.scan()

    with pytest.raises(Refused, match="is missing"):
        desk.refresh(ModeWish(books=(number,)))


def said(house: House, path: str) -> int:
    """The user's words on a book of which the file itself has changed unheard."""
    number = number_of(house, path)
    words = (UserWord("title", "Mine"), UserWord("language", None, CLEARED))
    assert Editor(house.catalog, house.recorder).edit(number, Wording(words))
    return number


def test_the_three_modes_differ_in_what_they_believe(house: House, desk: ModeDesk, library: Path) -> None:
    number = said(house, "A/emma.epub")
    an_epub(library / "A" / "emma.epub", title="As the file says now", publisher="House", language="fr")

    def told() -> tuple[Any, ...]:
        book = house.catalog.book(number)
        assert book is not None
        return book["title"], book["language"], book["publisher"]

    house.scan()
    assert told() == ("Mine", None, "House"), "a scan takes what changed, and leaves the user's words"

    ended(house, desk.refresh(ModeWish(books=(number,))))
    assert told() == ("Mine", None, "House"), "a refresh reads again, and leaves the user's words"

    assert desk.reset(ModeWish(books=(number,)), yes=False)["done"] is False
    assert told() == ("Mine", None, "House"), "a reset that is not confirmed changes nothing"

    desk.reset(ModeWish(books=(number,)), yes=True)
    house.work()
    assert told() == ("As the file says now", "fr", "House"), "a reset forgets the user's words"


def test_a_reset_tells_what_it_would_forget_of_which_books(house: House, desk: ModeDesk, library: Path) -> None:
    number = said(house, "A/emma.epub")
    house.reads()

    for wish in (
        ModeWish(everything=True),
        ModeWish(library="books"),
        ModeWish(paths=(bytes(library / "A"),)),
        ModeWish(paths=(bytes(library / "A" / "emma.epub"),)),
        ModeWish(books=(number,)),
    ):
        told = desk.reset(wish, yes=False)
        assert told["books"] == [
            {
                "id": number,
                "title": "Mine",
                "words": [
                    {"field": "language", "value": None, "place": CLEARED},
                    {"field": "title", "value": "Mine", "place": ""},
                ],
            }
        ]
        assert (told["done"], told["scan"]) == (False, None)

    assert desk.reset(ModeWish(paths=(bytes(library / "B"),)), yes=True)["books"] == []
    house.work()
    assert house.reads() == []


def test_a_reset_reads_the_files_of_the_books_again_and_of_no_others(house: House, desk: ModeDesk) -> None:
    said(house, "A/emma.epub")
    house.reads()

    told = desk.reset(ModeWish(everything=True), yes=True)
    house.work()

    assert told["scan"]["status"] == "queued"
    assert house.reads() == ["A/emma.epub"]
    assert desk.reset(ModeWish(everything=True), yes=False)["books"] == []


def test_the_words_on_a_book_whose_files_are_gone_can_be_forgotten(house: House, desk: ModeDesk, library: Path) -> None:
    number = said(house, "A/emma.epub")
    (library / "A" / "emma.epub").unlink()
    house.scan()

    told = desk.reset(ModeWish(books=(number,)), yes=True)

    assert told["scan"] is None and "is missing" in told["left"]
    book = house.catalog.book(number)
    assert book is not None and book["title"] == "A/emma"
