"""Sidecars, covers and supplements as files of a book: whose they are, and what is read when one of them changes."""

import os
from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from shishod.formats.beside import role_of
from shishod.model.book import FileRole
from shishod.model.sighting import Sighting
from shishod.model.state import State
from shishod.scan.group import group
from tests.samples import a_cue, a_jpeg, a_metadata_json, a_png, a_text, an_epub, an_m4b, an_mp3, an_opf
from tests.scan.house import House


def seen(path: str) -> Sighting:
    return Sighting(path.encode(), 1, 1, 1, 1, 0)


def books(*paths: str, folder: str = "F") -> dict[str, list[str]]:
    """The files of each book by its key, as `group` tells them, whatever the order they are met in."""
    told = [
        {
            one.key.decode(): sorted(file.path.decode() for file in one.files)
            for one in group(folder.encode(), sightings)
        }
        for sightings in list(permutations(map(seen, paths)))[:120]
    ]
    assert all(one == told[0] for one in told)
    return told[0]


def test_a_namesake_goes_with_its_medium_and_no_other() -> None:
    assert books("F/a.epub", "F/b.epub", "F/a.opf", "F/b.jpg") == {
        "F/a": ["F/a.epub", "F/a.opf"],
        "F/b": ["F/b.epub", "F/b.jpg"],
    }


def test_what_speaks_for_a_folder_goes_with_the_one_book_in_it() -> None:
    files = ("F/a.epub", "F/a.pdf.part", "F/metadata.opf", "F/cover.jpg", "F/Booklet.pdf")
    (told,) = books(*files[:1], *files[2:]).values()

    assert told == sorted(["F/a.epub", "F/metadata.opf", "F/cover.jpg", "F/Booklet.pdf"])


def test_what_speaks_for_a_folder_is_nobodys_where_there_are_several_books() -> None:
    told = books("F/a.epub", "F/b.epub", "F/metadata.opf", "F/cover.jpg", "F/metadata.json", "F/maps.pdf")

    assert told == {"F/a": ["F/a.epub"], "F/b": ["F/b.epub"]}


def test_what_lies_beside_makes_no_book() -> None:
    assert books("F/metadata.opf", "F/cover.jpg", "F/a.opf", "F/desc.txt", "F/maps.pdf") == {}


def test_a_sidecar_under_another_name_is_about_tracks_and_never_about_one_file() -> None:
    assert books("F/01.mp3", "F/02.mp3", "F/Dune.opf", "F/Dune.cue", "F/Dune.jpg") == {
        "F/": ["F/01.mp3", "F/02.mp3", "F/Dune.cue", "F/Dune.opf"]
    }
    assert books("F/a.epub", "F/Dune.opf") == {"F/a": ["F/a.epub"]}


def test_discs_share_what_lies_beside_them_and_keep_what_lies_in_them() -> None:
    files = ["F/CD 1/01.mp3", "F/CD 2/01.mp3", "F/metadata.json", "F/CD 1/cover.jpg", "F/CD 2/x.cue"]

    assert books(*files) == {"F/": sorted(files)}


def test_two_formats_of_one_book_share_their_companions() -> None:
    files = ["F/a.epub", "F/a.m4b", "F/a.opf", "F/cover.jpg"]

    assert books(*files) == {"F/a": sorted(files)}


NAMES = some.sampled_from(
    (
        *("a.epub", "a.m4b", "b.epub", "01.mp3", "02.mp3", "CD 1/01.mp3", "CD 2/01.mp3", "CD 1/cover.jpg", "a.opf"),
        *("b.opf", "metadata.opf", "metadata.json", "cover.jpg", "folder.png", "a.jpg", "x.cue", "01.cue", "desc.txt"),
        "maps.pdf",
    )
)


@settings(max_examples=300, deadline=None)
@given(some.sets(NAMES), some.randoms())
def test_every_file_has_one_book_at_most_and_the_order_of_events_decides_nothing(
    names: set[str], chance: object
) -> None:
    sightings = [seen(f"F/{name}") for name in sorted(names)]
    first = group(b"F", sightings)
    chance.shuffle(sightings)  # type: ignore[attr-defined]
    files = [one.path for book in first for one in book.files]

    assert group(b"F", sightings) == first
    assert len(files) == len(set(files))
    assert {one.path for one in sightings if role_of(one.path) is FileRole.MEDIA} <= set(files), "no medium is left out"
    assert all(role_of(book.files[0].path) is FileRole.MEDIA for book in first), "nothing beside makes a book"
    media = [one for one in sightings if role_of(one.path) is FileRole.MEDIA]
    assert [(one.key, one.kind, one.rule) for one in group(b"F", media)] == [
        (one.key, one.kind, one.rule) for one in first
    ], "which media are one book does not depend on what lies beside them"


@pytest.fixture
def shelf(library: Path) -> Path:
    """A book with a sidecar and a cover, as calibre keeps it."""
    folder = library / "Author" / "Book"
    folder.mkdir(parents=True)
    an_epub(folder / "book.epub", title="Embedded", publisher="Ace", cover=True)
    an_opf(folder / "metadata.opf", title="Said", authors=["Sid Ecar"])
    (folder / "cover.jpg").write_bytes(a_jpeg(60, 90))
    return folder


def fresh(a_house: Callable[..., House], library: Path) -> list[dict[str, object]]:
    """What a daemon that has never been here makes of the library."""
    house = a_house(books=library)
    house.scan()
    return believed(house)


FLEETING = ("id", "updated_at", "created_at", "revision")


def believed(house: House) -> list[dict[str, object]]:
    """Every book without ids and times, and its files that are there."""
    told = []
    for book in house.books():
        files = sorted((one["path"], one["role"], one["state"]) for one in book["files"] if one["state"] != "missing")
        told.append({name: value for name, value in book.items() if name not in FLEETING} | {"files": files})
    return sorted(told, key=lambda book: str(book["path"]))


def test_a_book_is_told_by_its_sidecar_and_its_cover(house: House, shelf: Path) -> None:
    assert house.scan().books_new == 1
    (book,) = house.books()

    assert (book["title"], book["authors"], book["publisher"]) == ("Said", ["Sid Ecar"], "Ace")
    assert book["cover"]["path"] == "Author/Book/cover.jpg" and book["cover"]["height"] == 90
    assert [(one["role"], one["reader"]) for one in book["files"]] == [
        ("media", "epub"),
        ("sidecar", "opf"),
        ("cover", "picture"),
    ]
    counts = house.catalog.counts()
    assert (counts["books"], counts["files"], counts["beside"], counts["by_state"]["indexed"]) == (1, 1, 2, 1)


def test_a_changed_sidecar_is_read_alone_and_its_book_merged_again(house: House, shelf: Path) -> None:
    house.scan()
    (before,) = house.books()
    house.reads()

    an_opf(shelf / "metadata.opf", title="Edited")
    house.scan()

    assert house.reads() == ["Author/Book/metadata.opf"]
    (book,) = house.books()
    assert (book["title"], book["id"], book["publisher"]) == ("Edited", before["id"], "Ace")


def test_a_changed_cover_is_read_alone(house: House, shelf: Path) -> None:
    house.scan()
    house.reads()

    (shelf / "cover.jpg").write_bytes(a_png(100, 150))
    house.scan()

    assert house.reads() == ["Author/Book/cover.jpg"]
    assert (house.books()[0]["cover"]["mime"], house.books()[0]["cover"]["width"]) == ("image/png", 100)


def test_an_atomic_save_is_a_change_and_never_a_loss(house: House, shelf: Path) -> None:
    house.scan()
    number = house.files()["Author/Book/metadata.opf"].id
    house.reads()

    an_opf(shelf / "metadata.opf.tmp", title="Saved")
    os.replace(shelf / "metadata.opf.tmp", shelf / "metadata.opf")
    scan = house.scan()

    assert (house.reads(), house.titles(), scan.missing) == (["Author/Book/metadata.opf"], ["Saved"], 0)
    assert house.files()["Author/Book/metadata.opf"].id == number


def test_a_removed_sidecar_is_missing_and_its_book_is_merged_without_it(house: House, shelf: Path) -> None:
    house.scan()
    house.reads()

    (shelf / "metadata.opf").unlink()
    (shelf / "cover.jpg").unlink()
    assert house.scan().missing == 2

    assert (house.reads(), house.titles()) == ([], ["Embedded"])
    assert house.states() == {
        "Author/Book/book.epub": State.INDEXED,
        "Author/Book/cover.jpg": State.MISSING,
        "Author/Book/metadata.opf": State.MISSING,
    }
    assert house.books()[0]["cover"]["member"] and house.books()[0]["state"] == "indexed"


def test_a_sidecar_that_comes_back_is_believed_again_without_a_read_of_the_book(house: House, shelf: Path) -> None:
    house.scan()
    os.rename(shelf / "metadata.opf", shelf.parent.parent / "aside")
    house.scan()
    house.reads()

    os.rename(shelf.parent.parent / "aside", shelf / "metadata.opf")
    house.scan()

    assert house.titles() == ["Said"]
    assert set(house.reads()) <= {"Author/Book/metadata.opf"}


def test_a_sidecar_that_comes_later_joins_its_book(house: House, library: Path) -> None:
    an_m4b(library / "dune.m4b", title="Dune")
    house.scan()
    house.reads()

    a_cue(library / "dune.cue", {"dune.wav": [("One", "00:00:00"), ("Two", "00:00:10")]})
    a_text(library / "desc.txt", "Sand.")
    (library / "maps.pdf").write_bytes(b"%PDF-1.4")
    house.scan()

    assert house.reads() == ["desc.txt", "dune.cue", "maps.pdf"]
    (book,) = house.books()
    assert [one["title"] for one in book["chapters"]] == ["One", "Two"] and book["description"] == "Sand."
    assert {one["role"] for one in book["files"]} == {"media", "sidecar", "supplement"}
    assert house.scan().total == 0, "and is not read again"


def test_a_broken_sidecar_never_spoils_its_book(house: House, shelf: Path) -> None:
    (shelf / "metadata.opf").write_text("<package/>")
    house.scan()

    (book,) = house.books()
    assert (book["title"], book["state"]) == ("Embedded", "indexed")
    (problem,), _ = house.catalog.problems()
    assert (problem["reason"], problem["book_id"]) == ("no-package", book["id"])

    house.reads()
    an_opf(shelf / "metadata.opf", title="Mended")
    house.scan()
    assert (house.reads(), house.titles()) == (["Author/Book/metadata.opf"], ["Mended"])
    assert house.catalog.problems() == ([], None)


def test_a_broken_medium_makes_no_book_of_its_sidecar_and_finds_it_when_it_is_mended(house: House, shelf: Path) -> None:
    (shelf / "book.epub").write_bytes(b"PK\3\4 cut")
    house.scan()
    assert house.books() == []

    an_epub(shelf / "book.epub", title="Whole")
    house.scan()

    assert house.titles() == ["Said"]


def test_a_medium_that_breaks_keeps_the_book_as_it_was(house: House, shelf: Path) -> None:
    house.scan()
    (shelf / "book.epub").write_bytes(b"PK\3\4 cut")
    an_opf(shelf / "metadata.opf", title="Alone")
    house.scan()

    (book,) = house.books()
    assert (book["title"], book["publisher"], book["state"]) == ("Said", "Ace", "error")


def test_a_second_book_in_the_folder_takes_the_sidecar_from_the_first(
    house: House, shelf: Path, library: Path, a_house: Callable[..., House]
) -> None:
    house.scan()
    number = house.books()[0]["id"]
    house.reads()

    an_epub(shelf / "other.epub", title="Other")
    house.scan()

    assert house.reads() == ["Author/Book/other.epub"]
    assert house.titles() == ["Embedded", "Other"]
    assert sorted(house.states()) == ["Author/Book/book.epub", "Author/Book/other.epub"], "what is nobody's has no row"
    assert number in [book["id"] for book in house.books()]
    assert believed(house) == fresh(a_house, library)


def test_the_sidecar_returns_to_the_book_that_is_left(
    house: House, shelf: Path, library: Path, a_house: Callable[..., House]
) -> None:
    an_epub(shelf / "other.epub", title="Other")
    house.scan()
    house.reads()

    (shelf / "other.epub").unlink()
    house.scan()

    assert house.reads() == ["Author/Book/cover.jpg", "Author/Book/metadata.opf"]
    there = [book for book in believed(house) if book["state"] != "missing"]
    assert there == fresh(a_house, library)


def test_a_sidecar_gives_no_new_book_the_number_of_an_old_one(house: House, shelf: Path) -> None:
    house.scan()
    (before,) = house.books()

    (shelf / "book.epub").unlink()
    an_epub(shelf / "quite another.epub", title="Another")
    house.scan()

    after = {book["id"]: book for book in house.books() if book["state"] != "missing"}
    assert [book["title"] for book in after.values()] == ["Said"] and before["id"] not in after


def test_a_sidecar_that_outlives_its_book_has_no_row(house: House, shelf: Path) -> None:
    house.scan()
    (shelf / "book.epub").unlink()
    house.scan()
    house.scan()

    assert house.states() == {"Author/Book/book.epub": State.MISSING}
    assert house.books()[0]["state"] == "missing"
    assert house.scan().total == 0


@pytest.mark.parametrize("look", ["quick", "full"])
def test_nothing_is_read_when_nothing_changed(house: House, shelf: Path, look: str) -> None:
    (shelf.parent / "cover.jpg").write_bytes(a_jpeg())  # of the author: nobody's
    house.scan()
    house.reads()

    for _ in range(3):
        assert house.scan().total == 0
    assert house.reads() == []


def test_a_hint_about_a_sidecar_alone_is_enough(house: House, shelf: Path) -> None:
    house.scan()
    house.reads()

    an_opf(shelf / "metadata.opf", title="Hinted")
    house.hint("Author/Book", "metadata.opf")
    house.work()

    assert (house.reads(), house.titles()) == (["Author/Book/metadata.opf"], ["Hinted"])


def test_the_files_of_a_folder_that_is_moved_keep_their_book_together(house: House, shelf: Path, library: Path) -> None:
    house.scan()
    os.rename(shelf, library / "Elsewhere")
    house.scan()
    house.scan()

    there = [book for book in believed(house) if book["state"] != "missing"]
    assert [(book["title"], len(book["files"])) for book in there] == [("Said", 3)]


def test_one_cover_that_is_linked_into_two_folders_covers_two_books(house: House, library: Path) -> None:
    for name in ("One", "Two"):
        (library / name).mkdir()
        an_epub(library / name / "book.epub", title=name)
    (library / "One" / "cover.jpg").write_bytes(a_jpeg(60, 90))
    (library / "Two" / "cover.jpg").hardlink_to(library / "One" / "cover.jpg")
    house.scan()
    house.scan()

    assert sorted(book["cover"]["path"] for book in house.books()) == ["One/cover.jpg", "Two/cover.jpg"]
    assert all(len(book["files"]) == 2 for book in house.books())


def test_a_file_that_is_renamed_with_its_sidecar_is_the_same_book(house: House, shelf: Path) -> None:
    for name in ("metadata.opf", "cover.jpg"):
        (shelf / name).unlink()
    an_opf(shelf / "book.opf", title="Said")
    house.scan()

    for ending in (".epub", ".opf"):
        os.rename(shelf / f"book{ending}", shelf / f"renamed{ending}")
    house.scan()
    house.scan()

    (book,) = [book for book in believed(house) if book["state"] != "missing"]
    assert (book["title"], [path for path, _, _ in book["files"]]) == (
        "Said",
        [str(shelf / "renamed.epub"), str(shelf / "renamed.opf")],
    )


def steps() -> some.SearchStrategy[list[tuple[str, str]]]:
    deed = some.sampled_from(["write", "write", "delete"])
    name = some.sampled_from(["a.epub", "b.epub", "01.mp3", "02.mp3", "metadata.opf", "a.opf", "cover.jpg", "desc.txt"])
    return some.lists(some.tuples(deed, name), min_size=1, max_size=12)


WRITES: dict[str, Callable[[Path, str], object]] = {
    ".epub": lambda path, title: an_epub(path, title=title),
    ".mp3": lambda path, title: an_mp3(path, album=title),
    ".opf": lambda path, title: an_opf(path, title=title),
    ".jpg": lambda path, title: path.write_bytes(a_jpeg(len(title) + 1, 9)),
    ".txt": a_text,
}


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """A new folder for every example."""
    return lambda: tmp_path_factory.mktemp("place")


@settings(max_examples=12, deadline=None)
@given(deeds=steps())
def test_step_by_step_comes_to_what_a_fresh_look_finds(
    deeds: list[tuple[str, str]], places: Callable[[], Path]
) -> None:
    place = places()
    library = place / "books"
    library.mkdir()
    house = House(place / "state", {"books": library})
    for number, (deed, name) in enumerate(deeds):
        path = library / name
        if deed == "write":
            WRITES[path.suffix](path, f"Title {number}")
        else:
            path.unlink(missing_ok=True)
        house.scan()
    told = [book for book in believed(house) if book["state"] != "missing"]
    rows = sorted(path for path, state in house.states().items() if state is not State.MISSING)
    house.close()

    oracle = House(place / "fresh", {"books": library})
    oracle.scan()
    expected, expected_rows = believed(oracle), sorted(oracle.states())
    oracle.close()
    assert (told, rows) == (expected, expected_rows)


def test_audiobookshelf_speaks_before_calibre(house: House, shelf: Path) -> None:
    a_metadata_json(shelf / "metadata.json", title="Shelf", authors=[])
    house.scan()

    (book,) = house.books()
    assert (book["title"], book["authors"]) == ("Shelf", ["Sid Ecar"])
    assert book["sources"]["title"] == {"source": "sidecar", "place": "metadata.json, title"}
