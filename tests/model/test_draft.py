"""Drafts: what is believed of a book in the values that both databases take, and what is not believed of a draft."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shishod.model.book import Chapter, Contribution, CoverPlace, Identifier, NameKind, SeriesEntry, Technical
from shishod.model.draft import FACTS, Draft, draft_of, is_sound
from shishod.model.fit import signed, unsigned
from shishod.model.metadata import FieldSource, Metadata, Source

_TEXT = st.text(st.characters(), max_size=20)
_NUMBERS = st.integers() | st.none()


def metadata() -> st.SearchStrategy[Metadata]:
    """Whatever files may say, text that no database takes and numbers that none holds included."""
    people = st.builds(Contribution, _TEXT, _TEXT, _TEXT)
    return st.builds(
        Metadata,
        title=_TEXT,
        subtitle=_TEXT | st.none(),
        publisher=_TEXT | st.none(),
        description=_TEXT | st.none(),
        contributions=st.lists(people, max_size=3).map(tuple),
        series=st.lists(st.builds(SeriesEntry, _TEXT, _TEXT | st.none()), max_size=2).map(tuple),
        genres=st.lists(_TEXT, max_size=3).map(tuple),
        tags=st.just(()),
        identifiers=st.lists(st.builds(Identifier, _TEXT, _TEXT), max_size=3).map(tuple),
        chapters=st.lists(st.builds(Chapter, _TEXT, _NUMBERS, _NUMBERS, _TEXT | st.none()), max_size=3).map(tuple),
        cover=st.none() | st.builds(CoverPlace, _TEXT, _TEXT, _NUMBERS, st.binary(max_size=9), _NUMBERS, _NUMBERS),
        technical=st.builds(Technical, duration_ms=_NUMBERS, pages=_NUMBERS),
        season=_NUMBERS,
        abridged=st.booleans() | st.none(),
        sources=st.lists(
            st.builds(FieldSource, st.sampled_from(FACTS), st.sampled_from(Source), _TEXT), max_size=3
        ).map(tuple),
    )


RICH = draft_of(
    Metadata(
        "Dune",
        contributions=(Contribution("Frank Herbert", "aut", "Herbert, Frank"),),
        series=(SeriesEntry("Dune", "1-3"),),
        genres=("Space",),
        publisher="Chilton",
        identifiers=(Identifier("isbn", "1"), Identifier("isbn", "1")),
        chapters=(Chapter("One", 0, 1000),),
        cover=CoverPlace("covr", "image/png", 5, b"Dune/1.m4b"),
        sources=(FieldSource("title", Source.FILE, "nam"), FieldSource("genres", Source.USER)),
    )
)


def _texts(value: object) -> list[str]:
    if isinstance(value, tuple):
        return [text for one in value for text in _texts(one)]
    return [value] if isinstance(value, str) else []


@given(metadata())
def test_every_value_of_a_draft_is_of_its_kind_and_taken_by_any_database(told: Metadata) -> None:
    draft = draft_of(told)

    assert is_sound(draft)
    assert not any("\0" in text or text.encode("utf-8").decode() != text for text in _texts(draft))


def test_what_is_drafted_already_stays_as_it_is() -> None:
    assert draft_of(RICH) is RICH


def test_a_draft_says_what_is_believed_but_the_words_of_the_user() -> None:
    assert dict(zip(FACTS, RICH.facts, strict=True))["title"] == "Dune"
    assert RICH.people == (("Frank Herbert", "Herbert, Frank", "aut"),)
    assert RICH.series == (("Dune", "1-3", 1.0, 3.0),)
    assert RICH.identifiers == (("isbn", "1"),)
    assert RICH.sources == (("title", int(Source.FILE), "nam", None),)


def test_every_name_that_books_share_is_mentioned() -> None:
    assert RICH.mentions() == [
        (NameKind.PERSON, "Frank Herbert", "Herbert, Frank"),
        (NameKind.SERIES, "Dune", ""),
        (NameKind.GENRE, "Space", ""),
        (NameKind.PUBLISHER, "Chilton", ""),
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"facts": RICH.facts[:-1]},
        {"facts": (None, *RICH.facts[1:])},
        {"facts": (*RICH.facts[:7], "long", *RICH.facts[8:])},
        {"publisher": None},
        {"people": (("Ann", "", "aut"), ("Bob", ""))},
        {"people": (("Ann", "", 7),)},
        {"series": (("Dune", "1", "1", None),)},
        {"genres": (b"Space",)},
        {"identifiers": (("isbn", ["1"]),)},
        {"chapters": (("One", 0, 1, None), ("Two", 1.5, 2, None))},
        {"cover": ("path", "covr", "", None, None, None)},
        {"sources": (("title", "3", "nam", None),)},
    ],
)
def test_a_draft_with_a_value_of_another_kind_is_not_sound(change: dict[str, Any]) -> None:
    assert not is_sound(RICH._replace(**change))


def test_the_bare_book_has_a_sound_draft() -> None:
    assert is_sound(draft_of(Metadata("?"))) and isinstance(draft_of(Metadata("?")), Draft)


@given(st.integers(0, (1 << 64) - 1))
def test_any_inode_comes_back_as_it_was(inode: int) -> None:
    assert -(1 << 63) <= signed(inode) < 1 << 63
    assert unsigned(signed(inode)) == inode
