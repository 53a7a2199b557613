"""What the catalogue says of books that are gone and came back as others, on each database."""

from dataclasses import replace

import pytest

from shishod.model.book import Identifier
from shishod.model.library import Root
from shishod.model.metadata import UserWord
from shishod.model.moves import Hashed
from shishod.model.reunion import Reunion
from shishod.model.state import State
from shishod.store.catalog import SqlCatalog
from tests.store.building import NOW, a_book, a_root, a_sighting, save, shown, some_metadata

HASH = b"\x01" + b"h" * 16
ISBN = Identifier("isbn", "9780441172719")
OWN = Identifier("calibre", "7")


@pytest.fixture
def root(catalogue: SqlCatalog) -> Root:
    return a_root(catalogue)


def the_file(catalogue: SqlCatalog, root: Root, path: bytes) -> int:
    return next(one.id for one in catalogue.files_below(root.id, b"") if one.path == path)


def lost(catalogue: SqlCatalog, root: Root, path: bytes) -> int:
    file_id = the_file(catalogue, root, path)
    catalogue.lose(root.id, {file_id: path}, (), NOW)
    return file_id


def hashed(catalogue: SqlCatalog, *file_ids: int) -> None:
    seen = a_sighting(b"")
    catalogue.write_hashes([Hashed(one, seen.size, seen.mtime_ns, seen.ctime_ns, HASH) for one in file_ids])


def test_books_of_one_content_or_one_strong_name_are_told_with_each_other(catalogue: SqlCatalog, root: Root) -> None:
    named = some_metadata("Title", identifiers=(ISBN, OWN))
    weak = some_metadata("Title", identifiers=(OWN,))
    old, copy, same, other = save(
        catalogue,
        a_book(root, b"a.epub", metadata=named),
        a_book(root, b"b.epub"),
        a_book(root, b"c.epub", metadata=named),
        a_book(root, b"d.epub", metadata=weak),
    )
    before = lost(catalogue, root, b"a.epub")
    hashed(catalogue, before, the_file(catalogue, root, b"b.epub"))

    found = {one.book_id: one for one in catalogue.claimants([old])}

    assert set(found) == {old, copy, same}
    assert found[old].identifiers == frozenset({ISBN})
    assert [(one.file_id, one.state, one.content_hash, one.missing_since) for one in found[old].media] == [
        (before, State.MISSING, HASH, NOW)
    ]
    assert {one.book_id for one in catalogue.claimants([copy])} == {old, copy}
    assert catalogue.claimants([other]) == []


def test_nobody_claims_anything_while_nothing_is_missing(catalogue: SqlCatalog, root: Root) -> None:
    named = some_metadata("Title", identifiers=(ISBN,))
    one, other = save(catalogue, a_book(root, b"a.epub", metadata=named), a_book(root, b"b.epub", metadata=named))

    assert catalogue.claimants([one, other]) == []


def test_two_books_that_are_one_are_so_at_once_with_the_older_numbers(catalogue: SqlCatalog, root: Root) -> None:
    elsewhere = a_root(catalogue, b"/srv/other", "Other")
    (old,) = save(catalogue, a_book(root, b"a.epub"))
    (heir,) = save(catalogue, a_book(elsewhere, b"b.epub"))
    before, after = lost(catalogue, root, b"a.epub"), the_file(catalogue, elsewhere, b"b.epub")

    assert catalogue.reunite([Reunion(old, heir, ((before, after),))]) == {(elsewhere.id, b"")}

    (file,) = catalogue.files_below(elsewhere.id, b"")
    assert (file.id, file.path, file.book_id, file.state) == (before, b"b.epub", old, State.INDEXED)
    assert catalogue.files_below(root.id, b"") == []
    assert (catalogue.counts()["books"], shown(catalogue, old)["library"]) == (1, "Other")
    assert catalogue.grounds([old]) == {old: (b"b.epub", "")}, "it is merged anew where its files are met"


def test_books_that_are_both_there_are_never_one(catalogue: SqlCatalog, root: Root) -> None:
    old, heir = save(catalogue, a_book(root, b"a.epub"), a_book(root, b"b.epub"))
    before, after = the_file(catalogue, root, b"a.epub"), the_file(catalogue, root, b"b.epub")

    assert catalogue.reunite([Reunion(old, heir, ((before, after),))]) == frozenset()

    assert catalogue.counts()["books"] == 2


@pytest.mark.parametrize(("of_heir", "one_again"), [("Mine", True), ("Other", False), (None, True)])
def test_two_books_of_which_the_user_says_different_things_stay_two(
    catalogue: SqlCatalog, root: Root, of_heir: str | None, one_again: bool
) -> None:
    def said(title: str | None) -> tuple[UserWord, ...]:
        return () if title is None else (UserWord("title", title),)

    old, heir = save(
        catalogue,
        replace(a_book(root, b"a.epub"), words=said("Mine")),
        replace(a_book(root, b"b.epub"), words=said(of_heir)),
    )
    before, after = lost(catalogue, root, b"a.epub"), the_file(catalogue, root, b"b.epub")

    assert bool(catalogue.reunite([Reunion(old, heir, ((before, after),))])) is one_again

    assert catalogue.counts()["books"] == (1 if one_again else 2)
    words = {book_id: held.words for book_id in (old, heir) if (held := catalogue.held_book(book_id))}
    assert words == ({old: said("Mine")} if one_again else {old: said("Mine"), heir: said("Other")})
