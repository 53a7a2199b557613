"""Whose word each field of a book is, and why the others lost."""

from typing import Any

import pytest

from shishod.model.book import Contribution, CoverPlace, FileRole, Role, SeriesEntry
from shishod.model.contest import Outcome, contest
from shishod.model.merge import merge
from shishod.model.metadata import Reading, Source, UserWord
from shishod.model.parts import Part
from shishod.model.words import CLEARED, LOCKED

PATH = Reading(reader="path", title="by its name", places=(("title", "name"),))


def says(place: str = "TALB", **said: Any) -> Reading:
    return Reading(reader="mp3", places=tuple((name, place) for name in said), **said)


def a_file(name: bytes, **said: Any) -> Part:
    return Part(name, says(**said))


def a_sidecar(name: bytes = b"metadata.opf", **said: Any) -> Part:
    return Part(name, says("dc", **said), FileRole.SIDECAR)


def outcome(field: str, parts: list[Part], *words: UserWord, path: Reading = PATH) -> Outcome:
    return next(one for one in contest(parts, words, path) if one.field == field)


def test_what_a_sidecar_says_beats_the_file_and_the_file_beats_the_path() -> None:
    told = outcome("title", [a_file(b"1.mp3", title="of the file"), a_sidecar(title="of the sidecar")])

    assert (told.value, told.source, told.place) == ("of the sidecar", Source.SIDECAR, "metadata.opf, dc")
    assert [(one.value, one.source, one.files, one.why) for one in told.lost] == [
        ("of the file", Source.FILE, (b"1.mp3",), "a sidecar is believed before the file"),
        ("by its name", Source.PATH, (), "a sidecar is believed before the path"),
    ]


@pytest.mark.parametrize(
    ("place", "value", "why"),
    [
        ("", "Mine", "you have said otherwise"),
        (CLEARED, None, "you keep the field empty"),
        (LOCKED, "Mine", "you have locked the field"),
    ],
)
def test_the_users_word_beats_every_source_and_says_how(place: str, value: str | None, why: str) -> None:
    word = UserWord("publisher", value, place)

    told = outcome("publisher", [a_file(b"1.mp3", publisher="Theirs")], word)

    assert (told.value, told.source, told.place) == (value, Source.USER, place)
    assert [(one.value, one.why) for one in told.lost] == [("Theirs", why)]


def test_of_many_tracks_the_title_that_most_of_them_say_wins_and_the_others_are_counted() -> None:
    parts = [a_file(b"%d.mp3" % number, title="Emma" if number == 2 else "Dune") for number in range(5)]

    (lost, _) = outcome("title", parts).lost

    assert (lost.value, lost.files) == ("Emma", (b"2.mp3",))
    assert lost.why == "more files say otherwise than the 1 that says this"


def test_of_two_files_the_first_in_their_order_is_believed() -> None:
    told = outcome("date", [a_file(b"1.mp3", date="1999"), a_file(b"2.mp3", date="2004")])

    assert (told.value, [(one.value, one.why) for one in told.lost]) == (
        "1999",
        [("2004", "a file before it says otherwise")],
    )


def test_what_is_part_of_what_is_believed_has_not_lost() -> None:
    parts = [a_file(b"1.mp3", genres=("Fiction",)), a_file(b"2.mp3", genres=("Fiction", "Sea"))]

    told = outcome("genres", parts)

    assert (told.value, told.lost) == (("Fiction", "Sea"), ())


def test_authors_and_narrators_are_told_apart_though_files_speak_of_all_people_at_once() -> None:
    people = (Contribution("Ann"), Contribution("Ned", Role.NARRATOR))
    parts = [a_file(b"1.mp3", contributions=people), a_sidecar(contributions=(Contribution("Anna"),))]

    authors, narrators = outcome("authors", parts), outcome("narrators", parts)

    assert [one.name for one in authors.value] == ["Anna"]
    assert [one.why for one in authors.lost] == ["a sidecar is believed before the file"]
    assert ([one.name for one in narrators.value], narrators.lost) == (["Ned"], ())


def test_who_is_silent_on_a_field_is_named() -> None:
    told = outcome("series", [a_file(b"1.mp3", title="x"), a_sidecar(series=(SeriesEntry("Voyages", "3"),))])

    assert told.silent == ("the file", "the path")


def test_a_field_that_nobody_speaks_of_is_left_out_and_one_that_was_cleared_is_not() -> None:
    fields = {one.field for one in contest([a_file(b"1.mp3", title="x")], [UserWord("tags", None, CLEARED)], PATH)}

    assert fields == {"title", "tags"}


def test_the_covers_of_many_tracks_are_one_claim() -> None:
    parts = [a_file(b"%d.mp3" % number, cover=CoverPlace("APIC")) for number in range(3)]

    told = outcome("cover", parts)

    assert (told.value.path, told.lost) == (b"0.mp3", ())


def test_what_is_told_as_believed_is_what_the_merge_believes() -> None:
    parts = [a_file(b"1.mp3", title="A", language="en", tags=("x",)), a_sidecar(title="B", publisher="P")]
    words = [UserWord("language", "de")]

    believed = merge(parts, words, PATH)

    told = {one.field: one for one in contest(parts, words, PATH)}
    sources = {one.field: (one.source, one.place) for one in believed.sources}
    assert {name: getattr(believed, name) for name in told} == {name: one.value for name, one in told.items()}
    assert {name: (one.source, one.place) for name, one in told.items()} == sources
