"""What the faces read: searching, filtering, paging and counting."""

import json
from typing import Any

import pytest

from shishod.errors import Refused
from shishod.model.book import BookKind, FileRole, SeriesEntry
from shishod.model.catalog import BookQuery
from shishod.model.library import Root
from shishod.model.state import State
from shishod.model.updates import FileUpdate
from shishod.store.catalog import SqlCatalog
from tests.store.building import NOW, a_book, a_failure, a_file, a_root, save, shown, some_metadata


@pytest.fixture
def root(catalogue: SqlCatalog) -> Root:
    return a_root(catalogue)


def titles(catalogue: SqlCatalog, words: str = "", **more: str) -> list[str]:
    rows, _ = catalogue.books(BookQuery(words=words, **more))  # type: ignore[arg-type]
    return [row["title"] for row in rows]


@pytest.fixture
def stocked(catalogue: SqlCatalog, root: Root) -> SqlCatalog:
    save(
        catalogue,
        a_book(root, b"1", metadata=some_metadata("The Shining", "Stephen King")),
        a_book(root, b"2", metadata=some_metadata("Ensaio sobre a Cegueira", "José Saramago", subtitle="romance")),
        a_book(root, b"3", metadata=some_metadata("100% Proof_Read", "Ann", series=(SeriesEntry("Straße", "1"),))),
    )
    return catalogue


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", ["The Shining", "Ensaio sobre a Cegueira", "100% Proof_Read"]),
        ("king stephen", ["The Shining"]),
        ("KING shin", ["The Shining"]),
        ("jose", ["Ensaio sobre a Cegueira"]),
        ("JOSÉ  romance", ["Ensaio sobre a Cegueira"]),
        ("strasse", ["100% Proof_Read"]),
        ("100%", ["100% Proof_Read"]),
        ("f_r", ["100% Proof_Read"]),
        ("%", ["100% Proof_Read"]),
        ("stephen saramago", []),
    ],
)
def test_every_word_must_occur_in_any_order_case_and_accent(stocked: SqlCatalog, words: str, found: list[str]) -> None:
    assert titles(stocked, words) == found


def test_a_search_without_end_is_refused(stocked: SqlCatalog) -> None:
    with pytest.raises(Refused, match="at most 500 characters"):
        titles(stocked, "word " * 200)


def test_a_book_written_again_is_found_by_its_new_words_only(stocked: SqlCatalog, root: Root) -> None:
    save(stocked, a_book(root, b"1", book_id=1, metadata=some_metadata("Carrie", "Stephen King")))

    assert titles(stocked, "carrie") == ["Carrie"]
    assert titles(stocked, "shining") == []


def test_filters_narrow_by_library_kind_and_state(catalogue: SqlCatalog, root: Root) -> None:
    other = a_root(catalogue, b"/other", library="Other")
    save(catalogue, a_book(root, b"a", metadata=some_metadata("A")))
    save(catalogue, a_book(root, b"b", kind=BookKind.AUDIOBOOK, metadata=some_metadata("B"), files=(a_failure(b"b"),)))
    save(catalogue, a_book(other, b"c", metadata=some_metadata("C")))

    assert titles(catalogue, library="Books") == ["A", "B"]
    assert titles(catalogue, kind="audiobook") == ["B"]
    assert titles(catalogue, state="error") == ["B"]
    assert titles(catalogue, state="indexed", library="Other") == ["C"]
    assert titles(catalogue, state="no such state") == []


def test_pages_follow_each_other_without_gap_or_repeat(catalogue: SqlCatalog, root: Root) -> None:
    ids = save(catalogue, *(a_book(root, b"%d" % number) for number in range(7)))

    first, after = catalogue.books(BookQuery(limit=3))
    second, then = catalogue.books(BookQuery(limit=3, after=after or 0))
    third, end = catalogue.books(BookQuery(limit=3, after=then or 0))

    assert [row["id"] for row in first + second + third] == sorted(ids)
    assert end is None


def test_a_page_that_is_just_full_is_the_last(catalogue: SqlCatalog, root: Root) -> None:
    save(catalogue, a_book(root, b"1"), a_book(root, b"2"))

    assert catalogue.books(BookQuery(limit=2))[1] is None


def test_a_book_is_missing_only_when_all_of_its_files_are(catalogue: SqlCatalog, root: Root) -> None:
    (book_id,) = save(catalogue, a_book(root, b"A", files=(a_file(b"A/1.mp3"), a_file(b"A/2.mp3"))))
    one, two = (known.id for known in catalogue.files_below(root.id, b""))

    catalogue.mark([one], State.MISSING, NOW)
    book = shown(catalogue, book_id)
    assert book["state"] == "indexed"
    assert book["path"] == "/srv/books/A/2.mp3"
    assert catalogue.books(BookQuery())[0][0]["files"] == 1

    catalogue.mark([two], State.MISSING, NOW)
    assert shown(catalogue, book_id)["state"] == "missing"
    assert len(titles(catalogue, state="missing")) == 1


def test_a_book_of_several_files_is_shown_with_the_folder_that_holds_them(catalogue: SqlCatalog, root: Root) -> None:
    discs = (a_file(b"A/B/Disc 1/1.mp3"), a_file(b"A/B/Disc 2/1.mp3"))

    (book_id,) = save(catalogue, a_book(root, b"A/B", files=discs))

    assert shown(catalogue, book_id)["path"] == "/srv/books/A/B"


def test_every_answer_can_be_json_whatever_the_names_are(catalogue: SqlCatalog, root: Root) -> None:
    odd = b"caf\xe9/\n\x1b[31m.epub"
    (book_id,) = save(catalogue, a_book(root, odd, files=(a_file(odd),), metadata=some_metadata("\u2028\0")))

    told = json.loads(json.dumps([catalogue.books(BookQuery()), catalogue.book(book_id), catalogue.counts()]))

    (book,) = told[0][0]
    assert book["path_b64"]
    assert "\n" not in book["path"]
    assert book["authors"] == ["Ann Author"]
    assert book["narrators"] == []


def test_an_unknown_book_is_nothing(catalogue: SqlCatalog) -> None:
    assert catalogue.book(4711) is None


def test_counts_name_every_state(catalogue: SqlCatalog, root: Root) -> None:
    save(catalogue, a_book(root, b"a", files=(a_file(b"a"), a_failure(b"b"))))

    counts = catalogue.counts()

    assert (counts["books"], counts["files"]) == (1, 2)
    assert counts["by_state"].keys() == {state.value for state in State}
    assert (counts["by_state"]["indexed"], counts["by_state"]["error"], counts["by_state"]["new"]) == (1, 1, 0)


def beside(path: bytes, role: FileRole = FileRole.SIDECAR, **change: Any) -> FileUpdate:
    return a_file(path, role=role, **change)


def test_what_lies_beside_is_counted_apart_and_says_nothing_of_a_books_state(catalogue: SqlCatalog, root: Root) -> None:
    broken = a_failure(b"A/B/metadata.opf", role=FileRole.SIDECAR)
    files = (a_file(b"A/B/c.epub"), broken, beside(b"A/B/cover.jpg", FileRole.COVER))
    (book_id,) = save(catalogue, a_book(root, b"A/B/c", files=files))

    (row,), _ = catalogue.books(BookQuery())
    assert (row["files"], row["state"], row["path"]) == (1, "indexed", "/srv/books/A/B/c.epub")
    assert [one["role"] for one in shown(catalogue, book_id)["files"]] == ["media", "cover", "sidecar"]
    counts = catalogue.counts()
    assert (counts["files"], counts["beside"], counts["problems"], counts["by_state"]["error"]) == (1, 2, 1, 0)
    assert [len(catalogue.books(BookQuery(state=state))[0]) for state in ("indexed", "error")] == [1, 0]


def test_a_book_whose_media_are_missing_is_missing_whatever_lies_beside(catalogue: SqlCatalog, root: Root) -> None:
    save(catalogue, a_book(root, b"c", files=(a_file(b"c.epub"), beside(b"metadata.opf"))))
    (known,) = [one for one in catalogue.files_below(root.id, b"") if one.path == b"c.epub"]

    catalogue.lose(root.id, {known.id: known.path}, (), NOW)

    (row,), _ = catalogue.books(BookQuery(state="missing"))
    assert (row["state"], row["files"]) == ("missing", 0)
    assert (catalogue.counts()["beside"], catalogue.counts()["by_state"]["missing"]) == (1, 1)
