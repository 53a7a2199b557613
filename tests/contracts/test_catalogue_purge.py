"""What is forgotten of files that are gone, and what never is."""

import json
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from shishod.model.book import FileRole, NameKind
from shishod.model.library import Root, RootIdentity, RootState
from shishod.model.metadata import Source
from shishod.model.purge import Purged, PurgeOrder
from shishod.model.state import State
from shishod.store.catalog import SqlCatalog
from shishod.store.tables import field_sources, media_files, name_aliases, persons
from tests.store.building import LATER, NOW, a_book, a_file, a_root, save, shown, some_metadata

MONTH = timedelta(days=30)
GONE = PurgeOrder(NOW)
IDENTITY = RootIdentity(1, "ext4", "/dev/sda1")


@pytest.fixture
def root(catalogue: SqlCatalog) -> Root:
    return a_root(catalogue)


def lose(catalogue: SqlCatalog, root: Root, *paths: bytes) -> None:
    """Files that went missing at NOW, under a root that has been looked over as a whole since."""
    files = {known.path: known.id for known in catalogue.files_below(root.id, b"")}
    catalogue.lose(root.id, {files[path]: path for path in paths}, (), NOW)
    catalogue.note_root(root.id, RootState.ONLINE, "", IDENTITY, LATER)
    catalogue.note_walked(root.id, LATER)


def paths(catalogue: SqlCatalog, root: Root) -> list[bytes]:
    return [known.path for known in catalogue.files_below(root.id, b"")]


def say(catalogue: SqlCatalog, book_id: int) -> None:
    """The user's own word on a book's title."""
    row = {"book_id": book_id, "field": "title", "source": int(Source.USER), "place": "", "set_at": NOW}
    with catalogue._writing() as connection:
        held = field_sources.c
        connection.execute(field_sources.delete().where(held.book_id == book_id, held.field == "title"))
        connection.execute(insert(field_sources).values(**row, word=json.dumps("Mine")))


def test_a_book_that_is_gone_goes_with_all_that_was_its_own(catalogue: SqlCatalog, root: Root) -> None:
    (kept, gone) = save(
        catalogue,
        a_book(root, b"kept.epub", metadata=some_metadata("Kept", "Ann", genres=("Fiction",))),
        a_book(root, b"gone.epub", metadata=some_metadata("Gone", "Bob", genres=("Fiction", "Crime"))),
    )
    lose(catalogue, root, b"gone.epub")

    done = catalogue.purge(GONE)

    assert done == Purged(files=1, books=1, names=2)
    assert catalogue.book(gone) is None
    assert shown(catalogue, kept)["title"] == "Kept"
    assert paths(catalogue, root) == [b"kept.epub"]
    assert set(catalogue.names(root.library_id, NameKind.PERSON)) == {"ann"}
    assert set(catalogue.names(root.library_id, NameKind.GENRE)) == {"fiction"}


def test_what_is_missing_for_less_than_the_grace_stays(catalogue: SqlCatalog, root: Root) -> None:
    save(catalogue, a_book(root, b"gone.epub"))
    lose(catalogue, root, b"gone.epub")

    assert catalogue.purge(PurgeOrder(NOW - timedelta(seconds=1))) == Purged()
    assert paths(catalogue, root) == [b"gone.epub"]


@pytest.mark.parametrize("state", [RootState.OFFLINE, RootState.STALLED, RootState.HELD])
def test_nothing_is_forgotten_of_a_root_that_is_not_on_line(
    catalogue: SqlCatalog, root: Root, state: RootState
) -> None:
    save(catalogue, a_book(root, b"gone.epub"))
    lose(catalogue, root, b"gone.epub")
    catalogue.note_root(root.id, state, "away", None, LATER)

    assert catalogue.purge(GONE) == Purged(kept_away=1)
    assert paths(catalogue, root) == [b"gone.epub"]


def test_a_root_that_is_back_must_be_looked_over_first(catalogue: SqlCatalog, root: Root) -> None:
    save(catalogue, a_book(root, b"gone.epub"))
    lose(catalogue, root, b"gone.epub")
    catalogue.note_root(root.id, RootState.OFFLINE, "away", None, LATER)
    catalogue.note_root(root.id, RootState.ONLINE, "", None, LATER)

    assert catalogue.purge(GONE) == Purged(kept_away=1)
    catalogue.note_walked(root.id, LATER)
    assert catalogue.purge(GONE).files == 1


def test_a_restart_asks_for_a_look_first(catalogue: SqlCatalog, root: Root) -> None:
    save(catalogue, a_book(root, b"gone.epub"))
    lose(catalogue, root, b"gone.epub")
    a_root(catalogue)

    assert catalogue.purge(GONE) == Purged(kept_away=1)


def test_a_book_of_which_the_user_has_said_something_is_kept_until_told(catalogue: SqlCatalog, root: Root) -> None:
    (book_id,) = save(catalogue, a_book(root, b"gone.epub"))
    say(catalogue, book_id)
    lose(catalogue, root, b"gone.epub")

    assert catalogue.purge(GONE) == Purged(kept_edited=1)
    assert shown(catalogue, book_id)["id"] == book_id
    assert catalogue.purge(replace(GONE, with_edits=True)) == Purged(files=1, books=1, names=1)


def test_a_lost_part_of_a_living_book_goes_once_the_book_was_told_without_it(catalogue: SqlCatalog, root: Root) -> None:
    book = a_book(root, b"Book/", files=(a_file(b"Book/1.mp3"), a_file(b"Book/2.mp3", position=1)))
    (book_id,) = save(catalogue, book)
    say(catalogue, book_id)
    lose(catalogue, root, b"Book/2.mp3")

    assert catalogue.purge(GONE) == Purged()
    save(catalogue, replace(book, book_id=book_id, files=(a_file(b"Book/1.mp3"),)), now=LATER)
    assert catalogue.purge(GONE) == Purged(files=1)
    assert paths(catalogue, root) == [b"Book/1.mp3"]


def test_an_order_may_be_about_one_library_or_one_book(catalogue: SqlCatalog, root: Root) -> None:
    other = a_root(catalogue, b"/srv/comics", "Comics")
    (first, _) = save(catalogue, a_book(root, b"a.epub"), a_book(root, b"b.epub"))
    save(catalogue, a_book(other, b"c.epub"))
    lose(catalogue, root, b"a.epub", b"b.epub")
    lose(catalogue, other, b"c.epub")

    assert catalogue.purge(replace(GONE, book_id=first)).files == 1
    assert (paths(catalogue, root), paths(catalogue, other)) == ([b"b.epub"], [b"c.epub"])
    assert catalogue.purge(replace(GONE, library="Comics")).files == 1
    assert (paths(catalogue, root), paths(catalogue, other)) == ([b"b.epub"], [])


def test_a_rehearsal_counts_the_same_and_changes_nothing(catalogue: SqlCatalog, root: Root) -> None:
    save(catalogue, a_book(root, b"gone.epub"))
    lose(catalogue, root, b"gone.epub")

    told = catalogue.purge(replace(GONE, rehearsal=True))

    assert paths(catalogue, root) == [b"gone.epub"]
    assert told == catalogue.purge(GONE) == Purged(files=1, books=1, names=1)


def test_a_name_with_an_alias_stays(catalogue: SqlCatalog, root: Root) -> None:
    save(catalogue, a_book(root, b"gone.epub", metadata=some_metadata("Gone", "Bob")))
    lose(catalogue, root, b"gone.epub")
    with catalogue._writing() as connection:
        bob = connection.scalar(select(persons.c.id))
        alias = {"library_id": root.library_id, "kind": "person", "norm": "robert", "name_id": bob}
        connection.execute(insert(name_aliases).values(alias))

    assert catalogue.purge(GONE) == Purged(files=1, books=1, names=0)


def test_a_name_that_was_purged_is_made_again_for_whoever_still_counts_on_it(catalogue: SqlCatalog, root: Root) -> None:
    bob = some_metadata("Gone", "Bob")
    save(catalogue, a_book(root, b"gone.epub", metadata=bob))
    known = catalogue.names(root.library_id, NameKind.PERSON)
    cached = {(NameKind.PERSON, norm): number for norm, number in known.items()}
    lose(catalogue, root, b"gone.epub")
    catalogue.purge(GONE)

    saved = catalogue.save([a_book(root, b"new.epub", metadata=bob)], cached, LATER)

    assert saved.books[0].error is None
    bobs = catalogue.names(root.library_id, NameKind.PERSON)["bob"]
    assert (cached | dict(saved.names))[NameKind.PERSON, "bob"] == bobs
    assert shown(catalogue, saved.books[0].book_id or 0)["authors"] == ["Bob"]


def test_purging_beside_a_live_scan_refuses_no_book(catalogue: SqlCatalog, root: Root) -> None:
    """B10: books of one shared author come and go while purges run; none may trip over a name that was taken away."""
    known: dict[tuple[NameKind, str], int] = {}
    ended, refused = threading.Event(), list[str]()

    def purge() -> None:
        while not ended.is_set():
            catalogue.purge(PurgeOrder(LATER + MONTH))

    thread = threading.Thread(target=purge, daemon=True)
    lose(catalogue, root)
    thread.start()
    for number in range(30):
        book = a_book(root, b"%d.epub" % number, metadata=some_metadata("T", "Bob", f"Ann {number % 3}"))
        saved = catalogue.save([book], known, NOW)
        refused += [one.error for one in saved.books if one.error]
        known |= saved.names
        lose(catalogue, root, b"%d.epub" % number)
    ended.set()
    thread.join(10)

    assert (thread.is_alive(), refused) == (False, [])


def test_missing_files_are_listed_with_what_keeps_them(catalogue: SqlCatalog, root: Root) -> None:
    (said, plain) = save(catalogue, a_book(root, b"said.epub"), a_book(root, b"pl\xffain.epub"))
    say(catalogue, said)
    lose(catalogue, root, b"said.epub", b"pl\xffain.epub")

    first, after = catalogue.missing(limit=1)
    rest, end = catalogue.missing(after=after or 0)

    (one, two) = sorted(first + rest, key=lambda row: row["book_id"])
    assert end is None
    assert (one["book_id"], one["kept"], one["since"]) == (said, "you have said something of its book", NOW)
    assert (two["book_id"], two["kept"], two["whole_book"]) == (plain, "", True)
    assert "path_b64" in two
    assert catalogue.missing(library="other") == ([], None)
    catalogue.note_root(root.id, RootState.OFFLINE, "away", None, LATER)
    assert {row["kept"] for row in catalogue.missing()[0]} == {"its root is not to be believed now"}


def test_a_file_that_came_back_is_not_purged(catalogue: SqlCatalog, root: Root) -> None:
    save(catalogue, a_book(root, b"back.epub"))
    lose(catalogue, root, b"back.epub")
    with catalogue._reading() as connection:
        ids = list(connection.scalars(select(media_files.c.id)))
    catalogue.mark(ids, State.INDEXED, LATER)

    assert catalogue.purge(GONE) == Purged()


def test_what_lies_beside_keeps_no_book_alive(catalogue: SqlCatalog, root: Root) -> None:
    opf = a_file(b"A/metadata.opf", role=FileRole.SIDECAR)
    save(catalogue, a_book(root, b"A/b", files=(a_file(b"A/b.epub"), opf)))
    lose(catalogue, root, b"A/b.epub")

    done = catalogue.purge(GONE)

    assert (done.files, done.books, paths(catalogue, root)) == (1, 1, [])


def test_a_lost_sidecar_is_forgotten_and_its_book_is_not(catalogue: SqlCatalog, root: Root) -> None:
    files = (a_file(b"A/b.epub"), a_file(b"A/metadata.opf", role=FileRole.SIDECAR, position=1))
    (book_id,) = save(catalogue, a_book(root, b"A/b", files=files))
    lose(catalogue, root, b"A/metadata.opf")
    save(catalogue, a_book(root, b"A/b", files=files[:1]))  # merged without it

    assert catalogue.purge(GONE) == Purged(files=1)
    assert shown(catalogue, book_id)["state"] == "indexed"
