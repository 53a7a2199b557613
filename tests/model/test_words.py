"""Words: kept and given back as they were said, and what a Wording makes of those there are."""

from dataclasses import fields
from typing import Any

import pytest

from shishod.model.book import Contribution, FileRole, Identifier, Role, SeriesEntry
from shishod.model.merge import merge
from shishod.model.metadata import FieldSource, Metadata, Reading, Source, UserWord
from shishod.model.parts import Part
from shishod.model.words import (
    CLEARED,
    FIELDS,
    LOCKED,
    NEVER_EMPTY,
    Wording,
    agreed,
    dump_word,
    load_word,
    reworded,
    value_of,
)

SAID: dict[str, Any] = {
    "title": "Mine",
    "sort_title": "Mine, The",
    "subtitle": "and yours",
    "authors": (Contribution("Ann Other", sort_name="Other, Ann"), Contribution("Bo")),
    "narrators": (Contribution("Nell Reader", Role.NARRATOR),),
    "series": (SeriesEntry("Sands", "1.5"), SeriesEntry("Alone")),
    "genres": ("Space",),
    "tags": ("sand", "worm"),
    "publisher": "House",
    "imprint": "Room",
    "date": "1965-08",
    "language": "en",
    "identifiers": (Identifier("isbn", "9780306406157"),),
    "description": "Long.\n\nLonger.",
    "season": 0,
    "abridged": False,
}
FILE = Reading(
    reader="epub",
    title="Dune",
    contributions=(
        Contribution("Frank Herbert"),
        Contribution("Tess", Role.TRANSLATOR),
        Contribution("Scott", Role.NARRATOR),
    ),
    publisher="Chilton",
)


def believed(*words: UserWord) -> Metadata:
    return merge([Part(b"dune.epub", FILE, FileRole.MEDIA)], words, Reading(title="dune"))


def test_every_field_is_one_that_a_book_has():
    parts = {one.name for one in fields(Metadata)}

    assert set(SAID) == set(FIELDS)
    assert {one.part for one in FIELDS.values()} <= parts
    assert FIELDS.keys() >= NEVER_EMPTY


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("place", ["", LOCKED])
def test_a_word_comes_back_from_the_catalogue_as_it_was_said(field: str, place: str):
    for word in (UserWord(field, SAID[field], place), UserWord(field, None, CLEARED)):
        assert load_word(field, dump_word(word), word.place) == word


def test_a_word_of_a_field_that_this_version_does_not_know_is_kept():
    assert load_word("colour", '["red"]', "") == UserWord("colour", ["red"])
    assert dump_word(UserWord("colour", ["red"])) == '["red"]'


@pytest.mark.parametrize("field", FIELDS)
def test_what_is_said_of_a_field_is_believed_and_the_user_named(field: str):
    told = believed(UserWord(field, SAID[field]))

    assert value_of(field, told) == SAID[field]
    assert FieldSource(field, Source.USER) in told.sources


@pytest.mark.parametrize("field", sorted(FIELDS.keys() - NEVER_EMPTY))
def test_what_is_cleared_is_empty_and_the_user_named(field: str):
    told = believed(UserWord(field, None, CLEARED))

    assert value_of(field, told) is None
    assert FieldSource(field, Source.USER, CLEARED) in told.sources


def test_a_word_on_the_authors_leaves_all_others_as_they_are():
    told = believed(UserWord("authors", SAID["authors"]))

    assert [one.name for one in told.contributions] == ["Ann Other", "Bo", "Tess", "Scott"]
    assert FieldSource("contributions", Source.FILE, "epub") in told.sources


def test_a_title_of_the_users_is_sorted_by_itself():
    assert believed(UserWord("title", "The Spice")).sort_title == "Spice"


def test_a_lock_takes_over_what_is_believed_and_leaves_what_was_said():
    said = (UserWord("title", "Mine"),)

    words = reworded(said, Wording(locked=frozenset({"title", "authors", "subtitle"})), believed(*said))

    assert words == (
        UserWord("authors", (Contribution("Frank Herbert"),), LOCKED),
        UserWord("subtitle", None, LOCKED),
        UserWord("title", "Mine"),
    )


def test_an_unlock_takes_back_locks_alone():
    words = (UserWord("publisher", "Chilton", LOCKED), UserWord("title", "Mine"))

    assert reworded(words, Wording(unlocked=frozenset({"title", "publisher"})), believed()) == (
        UserWord("title", "Mine"),
    )


def test_what_is_forgotten_goes_and_what_is_said_replaces():
    words = (UserWord("date", "1965"), UserWord("publisher", "Chilton", LOCKED), UserWord("title", "Mine"))
    wording = Wording((UserWord("publisher", None, CLEARED),), forgotten=frozenset({"title"}))

    assert reworded(words, wording, believed()) == (UserWord("date", "1965"), UserWord("publisher", None, CLEARED))


def test_books_agree_until_the_user_says_another_thing_of_one_than_of_one_before_it() -> None:
    mine, cleared, other = UserWord("title", "Mine"), UserWord("title", None), UserWord("title", "Other")
    said = [(5, [mine]), (2, []), (9, [other]), (3, [mine, UserWord("subtitle", "and yours")])]
    said += [(4, [UserWord("subtitle", "Other")]), (1, [cleared]), (8, [UserWord("description", "Long")])]
    assert agreed(said) == [5, 2, 3, 8]
