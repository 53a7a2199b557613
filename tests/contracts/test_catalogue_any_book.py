"""Whatever a file says of itself, it is saved or refused by name, and what is shown of it is JSON."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shishod.model.book import Chapter, Contribution, CoverPlace, Identifier, NameKind, SeriesEntry, Technical
from shishod.model.catalog import BookQuery
from shishod.model.fit import norm
from shishod.model.library import Root
from shishod.model.metadata import FieldSource, Metadata, Source
from shishod.model.state import unchanged
from shishod.store.catalog import SqlCatalog
from tests.store.building import NOW, a_book, a_file, a_root, a_sighting, shown

ODD = (
    "",
    " ",
    "\0",
    "\ud800",
    "e\u0301",
    "É",
    "ß",
    "İ",
    "\u202e",
    "a" * 600,
    "'; DROP TABLE books; --",
    "%",
    "\x1b[31m",
)
text = st.one_of(st.sampled_from(ODD), st.text(st.characters(), max_size=12))
maybe = st.none() | text
numbers = st.none() | st.integers(-(2**70), 2**70)
contributions = st.lists(st.builds(Contribution, text, st.sampled_from(["aut", "nrt", ""]), text), max_size=4).map(
    tuple
)
metadata = st.builds(
    Metadata,
    title=text,
    sort_title=text,
    subtitle=maybe,
    contributions=contributions,
    series=st.lists(st.builds(SeriesEntry, text, st.sampled_from([None, "1", "1-3", "x", "9" * 400])), max_size=3).map(
        tuple
    ),
    genres=st.lists(text, max_size=4).map(tuple),
    tags=st.lists(text, max_size=4).map(tuple),
    publisher=maybe,
    imprint=maybe,
    date=maybe,
    language=maybe,
    identifiers=st.lists(st.builds(Identifier, text, text), max_size=3).map(tuple),
    description=maybe,
    chapters=st.lists(st.builds(Chapter, text, numbers, numbers, maybe), max_size=3).map(tuple),
    cover=st.none() | st.builds(CoverPlace, text, text, numbers, st.binary(max_size=6)),
    technical=st.builds(Technical, duration_ms=numbers, pages=numbers, channels=numbers, codec=text),
    abridged=st.none() | st.booleans(),
    drm=maybe,
    sources=st.lists(
        st.builds(FieldSource, st.sampled_from(["title", "date"]), st.sampled_from(list(Source)[1:]), text), max_size=3
    ).map(tuple),
)
names = st.binary(min_size=1, max_size=12).map(lambda name: name.replace(b"/", b"_").replace(b"\0", b"_"))
unsigned = st.integers(0, 2**64 - 1)
patient = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def root(catalogue: SqlCatalog) -> Root:
    return a_root(catalogue)


def distinct(words: Sequence[str]) -> int:
    """How many names there are when spellings of one are one, and nothing is no name."""
    return len({norm(word) for word in words} - {""})


@patient
@given(said=metadata, path=names, narrators=contributions)
def test_any_book_can_be_saved_and_shown(
    catalogue: SqlCatalog, root: Root, said: Metadata, path: bytes, narrators: tuple[Contribution, ...]
) -> None:
    file = a_file(path, narrators=narrators, technical=said.technical)

    (outcome,) = catalogue.save([a_book(root, path, metadata=said, files=(file,))], {}, NOW).books

    book = shown(catalogue, outcome.book_id or 0)
    json.dumps(book).encode("ascii")
    assert len(book["genres"]) == distinct(said.genres)
    assert len(book["tags"]) == distinct(said.tags)
    assert len(book["series"]) == distinct([entry.name for entry in said.series])
    assert len(book["chapters"]) == len(said.chapters)
    assert len(book["files"][0]["narrators"]) == distinct([one.name for one in narrators])


@patient
@given(said=metadata, path=names)
def test_saving_any_book_again_changes_nothing(catalogue: SqlCatalog, root: Root, said: Metadata, path: bytes) -> None:
    book = a_book(root, path, metadata=said)
    (first,) = catalogue.save([book], {}, NOW).books
    before = shown(catalogue, first.book_id or 0)

    (again,) = catalogue.save_each([book], {}, NOW).books

    assert again.book_id == first.book_id
    assert shown(catalogue, first.book_id or 0) == before


@patient
@given(said=metadata)
def test_every_name_is_told_under_the_key_that_a_cache_asks_for(
    catalogue: SqlCatalog, root: Root, said: Metadata
) -> None:
    told = catalogue.save([a_book(root, metadata=said)], {}, NOW).names

    held = {kind: catalogue.names(root.library_id, kind) for kind in NameKind}
    assert {(kind, name_id) for (kind, _), name_id in told.items()} <= {
        (kind, name_id) for kind, known in held.items() for name_id in known.values()
    }
    assert len({name_id for (kind, _), name_id in told.items() if kind is NameKind.TAG}) == distinct(said.tags)


@patient
@given(
    path=names,
    size=st.integers(0, 2**63 - 1),
    mtime_ns=st.integers(-(2**63), 2**63 - 1),
    inode=unsigned,
    device=unsigned,
)
def test_any_sighting_is_remembered_exactly(
    catalogue: SqlCatalog, root: Root, path: bytes, size: int, mtime_ns: int, inode: int, device: int
) -> None:
    seen = a_sighting(path, size=size, mtime_ns=mtime_ns, ctime_ns=-mtime_ns - 1, inode=inode, device=device)

    catalogue.save([a_book(root, path, files=(a_file(path, seen=seen),))], {}, NOW)

    (known,) = (known for known in catalogue.files_in(root.id, [b""]) if known.path == path)
    assert unchanged(known, seen)


@patient
@given(words=text, said=metadata)
def test_any_search_is_answered(catalogue: SqlCatalog, root: Root, words: str, said: Metadata) -> None:
    catalogue.save([a_book(root, metadata=said)], {}, NOW)

    rows: list[dict[str, Any]] = catalogue.books(BookQuery(words=words[:400]))[0]

    assert len(rows) <= 1
    assert len(catalogue.books(BookQuery(words=said.title[:400]))[0]) == 1  # what it is called, it is found by
