"""What MP3 and MP4 share: which tag is believed, what is a part, and chapters that make sense."""

import itertools
from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shishod.formats.audio import (
    FRONT,
    Picture,
    Tags,
    contributions,
    front_cover,
    looks_like_part,
    tagged,
    tagged_track,
    technical,
    tidy_chapters,
)
from shishod.formats.dialects import ID3, VORBIS, Dialect
from shishod.formats.limits import Limits
from shishod.model.book import Chapter, Contribution, CoverPlace, SeriesEntry, Technical
from shishod.model.metadata import Reading

MARKS = st.lists(st.tuples(st.text(max_size=5), st.integers(-10, 5_000), st.none() | st.integers(-10, 9_000)))


def tags(**texts: str | list[str]) -> Tags:
    said = {name: [value] if isinstance(value, str) else value for name, value in texts.items()}
    return Tags(said, Limits())


def test_the_first_tag_that_speaks_is_believed_and_named():
    said = tags(A=" \0", B="second", C="third")

    assert said.line(("A", "B", "C"), "title") == "second"
    assert said.places == {"title": "B"}


def test_a_silent_file_has_no_places():
    said = tags()

    assert (said.line(("A",), "title"), said.genres(("G",)), said.people(("P",), "contributions")) == (None, (), [])
    assert said.places == {}


def test_people_in_one_tag_or_several_values_are_all_named_once():
    assert tags(P=["Ann Author/Ben Writer", "Ann Author"]).people(("P",), "contributions") == [
        "Ann Author",
        "Ben Writer",
    ]


def test_a_date_that_is_none_lets_the_next_tag_speak():
    said = tags(A="soon", B="1999-05")

    assert said.date(("A", "B")) == "1999-05"
    assert said.places == {"date": "B"}


def test_a_series_takes_the_number_of_its_own_tag():
    names, numbers = ("SERIES", "MVNM"), ("SERIES-PART", "MVIN")

    assert tags(MVNM="Saga", MVIN="4", **{"SERIES-PART": "9"}).series(names, numbers, ()) == (SeriesEntry("Saga", "4"),)
    assert tags(SERIES="Saga").series(names, numbers, ()) == (SeriesEntry("Saga"),)


def test_a_grouping_is_a_series_only_where_no_tag_says_one():
    said = tags(SERIES="Saga", G="Other #1")

    assert said.series(("SERIES",), ("N",), ("G",)) == (SeriesEntry("Saga"),)
    assert tags(G="Other #1").series(("SERIES",), ("N",), ("G",)) == (SeriesEntry("Other", "1"),)


def test_a_flood_of_values_is_cut_at_the_limit():
    assert len(tags(G=[f"g{n}" for n in range(5_000)]).genres(("G",))) == Limits().values


def test_a_sort_name_belongs_to_a_single_author():
    assert contributions(["Ann Author"], ["Val Voice"], "Author, Ann") == (
        Contribution("Ann Author", "aut", "Author, Ann"),
        Contribution("Val Voice", "nrt"),
    )
    assert contributions(["Ann", "Ben"], [], "Author, Ann")[0].sort_name == ""


@pytest.mark.parametrize(
    "title",
    ["Chapter 3", "chapter iv: The Sea", "017", "1 - 2", "Track 01", "She, Part 2", "She 03", "She (Disc 2)",
     "Kapitel 4", "Prologue", "She - 1 of 9"],
)  # fmt: skip
def test_a_piece_is_known_by_its_title(title: str):
    assert looks_like_part(title, "She")


@pytest.mark.parametrize(
    "title", ["Ayesha", "Sherlock Holmes", "She", "The Chapter House", "Part of it all", "Discworld"]
)
def test_a_whole_book_is_not_taken_for_a_piece(title: str):
    assert not looks_like_part(title, "She")


def test_the_front_cover_is_chosen_and_the_first_picture_stands_in():
    back, front = Picture("0", 4, "image/png", 100), Picture("1", FRONT, "JPG", 200)

    assert front_cover([back, front], Limits(), []) == CoverPlace("1", "image/jpeg", 200)
    assert front_cover([back], Limits(), []) == CoverPlace("0", "image/png", 100)


def test_a_picture_that_is_too_large_lets_the_next_one_stand_in_and_is_noted():
    notes: list[str] = []
    large, small = Picture("0", FRONT, "", 101), Picture("1", 4, "", 100)

    assert front_cover([large, small], Limits(cover_bytes=100), notes) == CoverPlace("1", "", 100)
    assert notes == ["the cover 0 is larger than 100 bytes"]


def test_what_is_too_short_to_be_a_picture_is_none():
    assert front_cover([Picture("0", FRONT, "image/jpeg", 2)], Limits(), []) is None


@pytest.mark.parametrize("length", [0, -1.5, 1e12, float("inf"), float("nan"), None])
def test_a_length_that_cannot_be_is_not_known(length):
    assert technical(SimpleNamespace(length=length, channels=2), "opus") == Technical(codec="opus", channels=2)


def test_chapters_are_put_in_order_and_closed():
    marks = [("B", 500, None), ("A", 0, 400), ("A again", 0, 100), ("late", 9_999, None), ("", 700, 100)]

    assert tidy_chapters(marks, 1_000, Limits()) == (
        Chapter("A", 0, 400),
        Chapter("B", 500, 700),
        Chapter("Chapter 3", 700, 1_000),
    )


@given(MARKS, st.none() | st.integers(0, 4_000))
def test_chapters_never_overlap_run_backwards_or_leave_the_book(marks, duration):
    chapters = tidy_chapters(marks, duration, Limits())

    for one, following in itertools.pairwise(chapters):
        assert one.start_ms < one.end_ms <= following.start_ms
    assert all(one.title and (one.end_ms is None or one.start_ms < one.end_ms) for one in chapters[:-1])
    assert not duration or all(one.end_ms <= duration for one in chapters)


class TestSeries:
    NAMES, NUMBERS, GROUPING = ("SERIES", "MVNM"), ("SERIES-PART", "MVIN"), ("GRP1",)

    def of(self, **texts: str | list[str]) -> list[tuple[str, str | None]]:
        said = tags(**{name.replace("_PART", "-PART"): value for name, value in texts.items()})
        return [(one.name, one.number) for one in said.series(self.NAMES, self.NUMBERS, self.GROUPING)]

    def test_a_number_of_so_many_is_the_first_of_the_two(self):
        assert self.of(MVNM="Saga", MVIN="4/7") == [("Saga", "4")]

    @pytest.mark.parametrize("name", ["SERIES_INDEX", "SERIESPART", "SERIES_NUMBER"])
    def test_the_number_is_found_under_the_names_that_programs_have_for_it(self, name: str):
        assert self.of(SERIES="Saga", **{name: "2"}) == [("Saga", "2")]

    def test_a_movement_is_not_numbered_by_a_series(self):
        assert self.of(MVNM="Saga", SERIES_INDEX="2") == [("Saga", None)]

    def test_tone_keeps_the_number_of_either_in_one_place(self):
        dialect = {"name": ("SERIES", "MOVEMENTNAME"), "number": ("SERIES-PART", "MOVEMENT"), "grouping": ()}
        for name in ("SERIES", "MOVEMENTNAME"):
            found = tags(**{name: "Salt Roads", "PART": "2"}).series(**dialect)
            assert found == (SeriesEntry("Salt Roads", "2"),)

    def test_series_in_one_line_have_their_numbers_in_one_line(self):
        assert self.of(SERIES="Salt; Iron", SERIES_PART="2;7") == [("Salt", "2"), ("Iron", "7")]
        assert self.of(SERIES="Salt; Iron", SERIES_PART="2") == [("Salt; Iron", "2")]

    def test_a_number_behind_the_name_is_one(self):
        assert self.of(SERIES="Saga #2") == [("Saga", "2")]
        assert self.of(SERIES="Catch 22") == [("Catch 22", None)]

    def test_several_series_have_their_numbers_in_the_same_order(self):
        assert self.of(SERIES=["Saga", "World"], SERIES_PART=["2", "14"]) == [("Saga", "2"), ("World", "14")]

    def test_fewer_numbers_than_series_are_nobodys(self):
        assert self.of(SERIES=["Saga", "World"], SERIES_PART="2") == [("Saga", None), ("World", None)]

    def test_a_grouping_may_name_several(self):
        assert self.of(GRP1="Saga #1; World, Book 4; and more") == [("Saga", "1"), ("World", "4")]


class TestNarratorsAmongTheArtists:
    DIALECT = Dialect(authors=("ARTIST", "ALBUMARTIST"), narrators=("NARRATOR",))

    def authors(self, **texts: str) -> list[str]:
        said = tagged(tags(**texts), self.DIALECT, title="T", part_title=None)
        return [one.name for one in said.contributions if one.role == "aut"]

    def test_who_reads_is_no_author_where_another_tag_names_the_author_alone(self):
        told = {"ARTIST": "Ann Author, Ned Quill", "NARRATOR": "Ned Quill"}

        assert self.authors(**told, ALBUMARTIST="Ann Author") == ["Ann Author"]
        assert self.authors(**told) == ["Ann Author", "Ned Quill"]
        assert self.authors(**told, ALBUMARTIST="Ann Author, Ned Quill") == ["Ann Author", "Ned Quill"]

    def test_who_reads_his_own_book_is_its_author(self):
        assert self.authors(ARTIST="Ann Author", NARRATOR="Ann Author", ALBUMARTIST="Ann Author") == ["Ann Author"]


class TestWhatTracksShare:
    BOOK = {"TALB": "Salt", "TPE1": "Ann Author", "TCOM": "Ned Quill", "TCON": "Fantasy; Horror", "TYER": "1999"}

    def track(self, number: int, **texts: str) -> Reading:
        return tagged_track(tags(**self.BOOK | {"TIT2": f"Part {number}", "TRCK": f"{number}/9"} | texts), ID3)

    def test_each_track_has_its_own_words_and_those_of_the_book(self):
        first, second = self.track(1), self.track(2)

        assert (first.part_title, second.part_title, first.track, second.track) == ("Part 1", "Part 2", 1, 2)
        assert first == replace(second, part_title="Part 1", track=1)
        assert first.genres == ("Fantasy", "Horror")
        assert dict(first.places) == dict(second.places)

    def test_a_track_that_says_something_else_is_heard(self):
        assert self.track(1).genres != self.track(2, TCON="Poetry").genres
        assert self.track(3, TIT2="Three (Unabridged)").abridged is False
        assert self.track(4).abridged is None

    def test_another_dialect_hears_other_words(self):
        texts = {"ARTIST": "Ann Author", "TPE1": "Ben Writer"}
        by = [tagged_track(tags(**texts), one).contributions[0].name for one in (ID3, VORBIS, ID3)]

        assert by == ["Ben Writer", "Ann Author", "Ben Writer"]

    def test_words_too_long_to_be_remembered_are_heard_all_the_same(self):
        long = "word " * 20_000

        assert self.track(1, COMM=long).description == self.track(2, COMM=long).description == long.strip()
