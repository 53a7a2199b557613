"""The user's own words on each database: written with the book, kept through every writing, and never overtaken."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from shishod.model.book import Contribution
from shishod.model.library import Root
from shishod.model.metadata import FieldSource, Source, UserWord
from shishod.model.state import LAID_ASIDE, State
from shishod.model.updates import RelationshipUpdates
from shishod.model.words import CLEARED
from shishod.store.absorb import absorb
from shishod.store.catalog import SqlCatalog
from shishod.store.tables import books, field_sources
from tests.store.building import LATER, NOW, a_book, a_file, a_root, save, shown, some_metadata

MINE = UserWord("title", "Mine")
NOBODY = UserWord("authors", None, CLEARED)
SOMEBODY = UserWord("authors", (Contribution("Ann Other", sort_name="Other, Ann"),))
FILE_SAYS = (FieldSource("title", Source.FILE, "dc:title"),)


@pytest.fixture
def root(catalogue: SqlCatalog) -> Root:
    return a_root(catalogue)


def an_edit(catalogue: SqlCatalog, book_id: int, *words: UserWord, **change: Any) -> RelationshipUpdates:
    """As an Editor makes it of what is held."""
    held = catalogue.held_book(book_id)
    assert held is not None
    metadata = some_metadata("Mine", sources=(FieldSource("title", Source.USER),))
    edit = RelationshipUpdates(
        held.root.library_id, held.root.id, held.key, held.kind, metadata, (), held.rule, book_id
    )
    return replace(edit, revision=held.revision, words=words, **change)


def times(catalogue: SqlCatalog, book_id: int) -> dict[str, object]:
    with catalogue._reading() as connection:
        asked = select(field_sources.c.field, field_sources.c.set_at).where(field_sources.c.book_id == book_id)
        return {row.field: row.set_at for row in connection.execute(asked.where(field_sources.c.source == 0))}


def test_words_are_written_with_the_book_and_come_back(catalogue: SqlCatalog, root: Root) -> None:
    (book_id,) = save(catalogue, a_book(root, metadata=some_metadata(sources=FILE_SAYS)))

    assert save(catalogue, an_edit(catalogue, book_id, SOMEBODY, MINE)) == [book_id]

    held = catalogue.held_book(book_id)
    assert held is not None
    assert held.words == catalogue.memories([book_id])[book_id].words == (SOMEBODY, MINE)
    book = shown(catalogue, book_id)
    assert (book["title"], book["sources"]["title"]) == ("Mine", {"source": "user", "place": ""})


def test_a_word_that_is_taken_back_gives_way_to_what_the_file_said(catalogue: SqlCatalog, root: Root) -> None:
    (book_id,) = save(catalogue, a_book(root))
    save(catalogue, an_edit(catalogue, book_id, MINE, NOBODY))
    assert shown(catalogue, book_id)["sources"]["authors"] == {"source": "user", "place": "cleared"}

    save(catalogue, an_edit(catalogue, book_id, metadata=some_metadata("Dune", sources=FILE_SAYS)))

    assert shown(catalogue, book_id)["sources"] == {"title": {"source": "file", "place": "dc:title"}}
    assert catalogue.memories([book_id])[book_id].words == ()


def test_a_word_keeps_the_time_when_it_was_said(catalogue: SqlCatalog, root: Root) -> None:
    (book_id,) = save(catalogue, a_book(root))
    save(catalogue, an_edit(catalogue, book_id, MINE, NOBODY), now=NOW)

    save(catalogue, an_edit(catalogue, book_id, MINE, SOMEBODY), now=LATER)

    assert times(catalogue, book_id) == {"title": NOW, "authors": LATER}


def test_an_edit_leaves_files_and_the_place_of_the_book_alone(catalogue: SqlCatalog, root: Root) -> None:
    (book_id,) = save(catalogue, a_book(root, b"A/a.epub"))
    edit = replace(an_edit(catalogue, book_id, MINE), key=b"elsewhere", rule="another", kind=a_book(root).kind)
    before, files = catalogue.grounds([book_id]), catalogue.files_below(root.id, b"")

    save(catalogue, edit, now=LATER)

    assert catalogue.grounds([book_id]) == before
    assert catalogue.files_below(root.id, b"") == files


def test_an_edit_leaves_a_missing_file_to_the_next_scan(catalogue: SqlCatalog, root: Root) -> None:
    (book_id,) = save(catalogue, a_book(root, b"", files=(a_file(b"1.mp3"), a_file(b"2.mp3", position=1))))
    lost = {one.id: one.path for one in catalogue.files_below(root.id, b"") if one.path == b"2.mp3"}
    catalogue.lose(root.id, lost, [b""], LATER)

    save(catalogue, an_edit(catalogue, book_id, MINE))

    assert catalogue.bereaved([book_id]) == {book_id}


def test_what_was_merged_of_another_state_of_the_book_is_not_written(catalogue: SqlCatalog, root: Root) -> None:
    (book_id, other) = save(catalogue, a_book(root, b"a"), a_book(root, b"b"))
    late = an_edit(catalogue, book_id, NOBODY)
    scan = a_book(root, b"a", book_id=book_id, revision=catalogue.memories([book_id])[book_id].revision)
    save(catalogue, an_edit(catalogue, book_id, MINE))

    edited, scanned, beside = catalogue.save([late, scan, a_book(root, b"b", book_id=other)], {}, LATER).books

    assert (edited.overtaken, edited.book_id, scanned.overtaken) == (True, None, True)
    assert (beside.overtaken, beside.book_id) == (False, other)
    assert (shown(catalogue, book_id)["title"], catalogue.memories([book_id])[book_id].words) == ("Mine", (MINE,))
    assert [one.overtaken for one in catalogue.save_each([late, scan], {}, LATER).books] == [True, True]


def test_a_book_that_turns_out_by_its_key_to_be_one_with_words_is_not_written_without_them(
    catalogue: SqlCatalog, root: Root
) -> None:
    (book_id,) = save(catalogue, a_book(root, b"a"))
    assert not catalogue.save([a_book(root, b"a")], {}, LATER).books[0].overtaken, "nobody has said anything of it"
    save(catalogue, an_edit(catalogue, book_id, MINE))

    (told,) = catalogue.save([a_book(root, b"a")], {}, LATER).books

    assert (told.overtaken, told.book_id) == (True, book_id)
    assert shown(catalogue, book_id)["title"] == "Mine"


def test_an_edit_of_a_book_that_ended_makes_no_other(catalogue: SqlCatalog, root: Root) -> None:
    (book_id,) = save(catalogue, a_book(root))
    late = an_edit(catalogue, book_id, MINE)
    with catalogue._writing() as connection:
        connection.execute(books.delete())

    assert catalogue.save([late], {}, NOW).books[0].overtaken
    assert (catalogue.counts()["books"], catalogue.held_book(book_id)) == (0, None)


def test_what_was_merged_before_a_book_took_over_the_words_of_another_is_not_written(
    catalogue: SqlCatalog, root: Root
) -> None:
    kept, old = save(catalogue, a_book(root, b"a"), a_book(root, b"b"))
    save(catalogue, an_edit(catalogue, old, MINE))
    late = an_edit(catalogue, kept, NOBODY)
    with catalogue._writing() as connection:
        absorb(connection, {old: kept})

    assert catalogue.save([late], {}, LATER).books[0].overtaken
    assert catalogue.memories([kept])[kept].words == (MINE,)


def test_a_book_is_held_with_what_the_files_said_that_it_is_told_by(catalogue: SqlCatalog, root: Root) -> None:
    files = (a_file(b"1.mp3"), a_file(b"2.mp3", position=1), a_file(b"broken.mp3", position=LAID_ASIDE))
    (book_id,) = save(catalogue, a_book(root, b"", files=files))
    (reading,) = {one.reading for one in files}

    held = catalogue.held_book(book_id)

    assert held is not None
    assert held.readings == {b"1.mp3": reading, b"2.mp3": reading}
    assert (held.root.id, held.root.path, held.key, held.rule) == (root.id, root.path, b"", "one file")


def test_a_book_of_which_all_is_gone_is_held_with_what_it_was(catalogue: SqlCatalog, root: Root) -> None:
    aside = a_file(b"1.mp3", position=LAID_ASIDE, state=State.INDEXED)
    (book_id,) = save(catalogue, a_book(root, b"", files=(aside,)))

    held = catalogue.held_book(book_id)

    assert held is not None
    assert list(held.readings) == [b"1.mp3"]
