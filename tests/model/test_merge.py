from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from shishod.model.book import Chapter, Contribution, CoverPlace, Identifier, Role, SeriesEntry, Technical
from shishod.model.merge import merge, sort_title
from shishod.model.metadata import FieldSource, Metadata, Reading, Source, UserWord
from shishod.model.parts import Part, in_order

ANN = Contribution("Ann Author")
NED = Contribution("Ned Narrator", Role.NARRATOR)
NORA = Contribution("Nora Narrator", Role.NARRATOR)


def a_part(path: str, **said: object) -> Part:
    return Part(path.encode(), Reading(reader="mp3", **said))  # type: ignore[arg-type]


def a_track(number: int, minutes: int = 10, **said: object) -> Part:
    return a_part(f"Dune/{number:02}.mp3", technical=Technical(duration_ms=minutes * 60_000), track=number, **said)


NAME = Reading(title="Fallback", places=(("title", "name"),))


def merged(*parts: Part, words: Sequence[UserWord] = (), path: Reading = NAME) -> Metadata:
    return merge(in_order(parts), words, path)


def source_of(metadata: Metadata, field: str) -> FieldSource:
    return next(one for one in metadata.sources if one.field == field)


def test_tracks_are_read_by_disc_then_number_then_natural_name() -> None:
    disc = {number: Part(b"Dune/CD %d/x.mp3" % number, Reading(track=1)) for number in (1, 2, 10)}
    second = Part(b"Dune/CD 1/a.mp3", Reading(track=2))
    unnumbered = [Part(b"Dune/CD 1/z%d.mp3" % number, Reading()) for number in (2, 10)]
    expected = [disc[1], second, *unnumbered, disc[2], disc[10]]

    assert in_order(reversed(expected)) == expected


def test_a_disc_number_in_the_tags_beats_the_name_of_the_folder() -> None:
    one, two = Part(b"Dune/CD 2/a.mp3", Reading(disc=1)), Part(b"Dune/CD 1/a.mp3", Reading(disc=2))

    assert in_order([two, one]) == [one, two]


def test_tracks_of_folders_that_are_no_discs_are_not_mixed() -> None:
    expected = [Part(b"Dune/%s/%d.mp3" % (name, 9 - track), Reading(track=track)) for name in (b"01", b"02", b"10 x")
                for track in (1, 2)]  # fmt: skip

    assert in_order(reversed(expected)) == expected


def test_discs_and_parts_that_are_counted_in_words_come_in_the_order_of_their_numbers() -> None:
    discs = [Part(b"Dune/CD %s/a.mp3" % name, Reading(track=1)) for name in (b"One", b"Two", b"Three")]
    parts = [Part(b"Dune/Part %s.mp3" % name, Reading()) for name in (b"One", b"Two", b"III", b"IX")]

    assert in_order(reversed(discs)) == discs
    assert in_order(reversed(parts)) == parts


def test_text_is_read_before_sound() -> None:
    text, sound = a_part("Dune.epub"), a_part("Dune.m4b", technical=Technical(duration_ms=1))

    assert in_order([sound, text]) == [text, sound]


def test_sixty_tracks_outvote_the_first_that_was_mistagged() -> None:
    tracks = [a_track(1, title="Mistagged"), *(a_track(number, title="Dune") for number in range(2, 61))]

    assert merged(*tracks).title == "Dune"


@pytest.mark.parametrize("disc", [" (Disc {})", " [CD{}]", " Disc {} of 3", ", Teil {}"])
def test_what_each_disc_is_called_is_not_what_the_book_is_called(disc: str) -> None:
    tracks = [
        a_part(f"Dune/CD {number}/{track}.mp3", title=f"Dune{disc.format(number)}", track=track)
        for number in (1, 2, 3)
        for track in (1, 2)
    ]

    assert merged(*tracks).title == "Dune"
    assert merged(*tracks[:2]).title == f"Dune{disc.format(1)}"  # a disc alone, or a title that ends so


def test_among_titles_said_equally_often_the_earliest_is_believed() -> None:
    assert merged(a_track(2, title="Second"), a_track(1, title="First")).title == "First"


def test_a_book_that_says_no_title_is_called_by_its_path_and_says_so() -> None:
    metadata = merged(a_track(1))

    assert (metadata.title, source_of(metadata, "title")) == ("Fallback", FieldSource("title", Source.PATH, "name"))


PATH = Reading(
    title="From The Path",
    subtitle="a path",
    contributions=(Contribution("Pat Path"), Contribution("Nell Path", Role.NARRATOR)),
    series=(SeriesEntry("Paths", "2"),),
    date="2011",
    identifiers=(Identifier("asin", "B00ABCDE12"),),
    places=(("title", "Title"), ("subtitle", "Title"), ("contributions", "Author/; {Narrator}"),
            ("series", "Author/Series/"), ("date", "(Year)"), ("identifiers", "[ASIN]")),
)  # fmt: skip


def test_what_nobody_else_says_the_path_says_with_the_pattern_that_found_it() -> None:
    metadata = merged(a_part("x.epub"), path=PATH)

    assert (metadata.title, metadata.subtitle, metadata.date) == ("From The Path", "a path", "2011")
    assert (metadata.contributions, metadata.series) == (PATH.contributions, PATH.series)
    assert metadata.identifiers == PATH.identifiers
    assert [(one.field, one.place) for one in metadata.sources if one.source is Source.PATH] == sorted(PATH.places)


@pytest.mark.parametrize("field", ["title", "contributions", "series", "date", "identifiers"])
def test_the_path_never_beats_a_file(field: str) -> None:
    said = {
        "title": "Said",
        "contributions": (ANN, NED),
        "series": (SeriesEntry("Said"),),
        "date": "1965",
        "identifiers": (Identifier("asin", "B00ZZZZZ99"),),
    }
    metadata = merged(a_part("x.epub", **{field: said[field]}), path=PATH)

    assert getattr(metadata, field) == said[field]
    assert source_of(metadata, field) == FieldSource(field, Source.FILE, "mp3")


def test_the_path_adds_narrators_to_a_files_authors_and_says_so() -> None:
    metadata = merged(a_part("x.m4b", contributions=(ANN,)), path=PATH)

    assert metadata.contributions == (ANN, Contribution("Nell Path", Role.NARRATOR))
    assert source_of(metadata, "contributions") == FieldSource(
        "contributions", Source.FILE, "mp3; path, Author/; {Narrator}"
    )


def test_the_paths_subtitle_belongs_to_the_paths_title() -> None:
    assert merged(a_part("x.epub", title="Said"), path=PATH).subtitle is None


def test_what_the_user_cleared_the_path_does_not_fill() -> None:
    metadata = merged(a_part("x.epub"), words=[UserWord("series", None), UserWord("contributions", None)], path=PATH)

    assert (metadata.series, metadata.contributions) == ((), ())


@pytest.mark.parametrize(
    ("title", "sorted_as"),
    [("The Hobbit", "Hobbit"), ("a Wizard", "Wizard"), ("An End", "End"), ("The", "The"), ("Theory", "Theory")],
)
def test_a_title_stands_on_the_shelf_without_its_article(title: str, sorted_as: str) -> None:
    assert sort_title(title) == sorted_as


def test_the_authors_most_files_agree_on_are_believed_in_their_own_order() -> None:
    both = (Contribution("Zoe"), ANN)
    tracks = [a_track(1, contributions=(ANN,)), a_track(2, contributions=both), a_track(3, contributions=both)]

    assert merged(*tracks).contributions == both


def test_every_narrator_of_every_track_is_named_once() -> None:
    again = replace(NED, name="NED  NARRATOR")
    tracks = [a_track(1, contributions=(ANN, NED)), a_track(2, contributions=(NORA, again)), a_track(3)]

    assert merged(*tracks).contributions == (ANN, NED, NORA)


def test_genres_of_all_files_are_gathered_and_spellings_collapse_to_the_first() -> None:
    tracks = [a_track(1, genres=("Fiction", "Space")), a_track(2, genres=("fiction", "SPACE ", "Desert"))]

    assert merged(*tracks).genres == ("Fiction", "Space", "Desert")


def test_a_file_that_is_silent_does_not_blot_out_what_another_says() -> None:
    one = a_part("Dune.epub", publisher="Chilton", series=(SeriesEntry("Dune", "1"),))
    other = a_part("Dune.kepub.epub", date="1965", identifiers=(Identifier("isbn", "9780441013593"),))

    metadata = merged(one, other)

    assert (metadata.publisher, metadata.date) == ("Chilton", "1965")
    assert metadata.series == (SeriesEntry("Dune", "1"),)
    assert metadata.identifiers == (Identifier("isbn", "9780441013593"),)


def test_every_field_that_is_filled_tells_where_it_came_from() -> None:
    metadata = merged(a_part("Dune.epub", title="Dune", genres=("Space",), places=(("title", "dc:title"),)))

    assert metadata.sources == (
        FieldSource("genres", Source.FILE, "mp3"),
        FieldSource("title", Source.FILE, "dc:title"),
    )


def test_a_cover_is_the_first_files_that_has_one_and_tells_in_which_file_it_lies() -> None:
    metadata = merged(
        a_track(1), a_track(2, cover=CoverPlace("APIC", "image/png", 9)), a_track(3, cover=CoverPlace("x"))
    )

    assert metadata.cover == CoverPlace("APIC", "image/png", 9, b"Dune/02.mp3")


def test_chapters_of_several_files_stand_on_the_books_own_clock() -> None:
    one = a_track(1, 10, chapters=(Chapter("A", 0, 300_000), Chapter("B", 300_000, 600_000)))
    two = a_track(2, 5, chapters=(Chapter("C", 0, 300_000), Chapter("D", 300_000)))

    assert merged(one, two).chapters == (
        Chapter("A", 0, 300_000),
        Chapter("B", 300_000, 600_000),
        Chapter("C", 600_000, 900_000),
        Chapter("D", 900_000, None),
    )


def test_tracks_without_chapters_are_the_chapters() -> None:
    metadata = merged(a_track(1, 10, part_title="Arrakis"), a_track(2, 5))

    assert metadata.chapters == (Chapter("Arrakis", 0, 600_000), Chapter("2", 600_000, 900_000))
    assert metadata.technical.duration_ms == 900_000


def test_a_single_sound_file_without_chapters_has_none() -> None:
    assert merged(a_track(1)).chapters == ()


def test_a_book_that_is_heard_and_read_has_the_chapters_that_are_heard() -> None:
    text = a_part("Dune.epub", chapters=(Chapter("One", href="1.xhtml"),), technical=Technical(pages=300))
    sound = a_track(1, chapters=(Chapter("A", 0, 5),))

    assert merged(text, sound).chapters == (Chapter("A", 0, 5),)
    assert merged(text).chapters == (Chapter("One", href="1.xhtml"),)
    assert merged(text, sound).technical == Technical(duration_ms=600_000, pages=300)


WORDS = {
    "title": "My Dune",
    "subtitle": "mine",
    "contributions": (Contribution("Me"),),
    "series": (SeriesEntry("Mine", "9"),),
    "genres": ("Mine",),
    "tags": ("mine",),
    "publisher": "Mine",
    "date": "2001",
    "language": "fr",
    "identifiers": (Identifier("isbn", "mine"),),
    "description": "mine",
    "chapters": (Chapter("Mine", 0, 1),),
}
SAID = a_part(
    "Dune.epub",
    title="Dune",
    subtitle="a novel",
    contributions=(ANN,),
    series=(SeriesEntry("Dune"),),
    genres=("Space",),
    tags=("sand",),
    publisher="Chilton",
    date="1965",
    language="en",
    identifiers=(Identifier("isbn", "x"),),
    description="long",
    chapters=(Chapter("One"),),
)


@pytest.mark.parametrize("field", WORDS)
def test_what_the_user_set_beats_every_file(field: str) -> None:
    metadata = merged(SAID, words=[UserWord(field, WORDS[field])])

    assert getattr(metadata, field) == WORDS[field]
    assert source_of(metadata, field) == FieldSource(field, Source.USER)


@pytest.mark.parametrize("field", [field for field in WORDS if field != "title"])
def test_what_the_user_cleared_stays_empty_whatever_the_files_say(field: str) -> None:
    metadata = merged(SAID, words=[UserWord(field, None)])

    assert getattr(metadata, field) in (None, ())
    assert source_of(metadata, field) == FieldSource(field, Source.USER)


def test_a_title_that_the_user_cleared_falls_back_to_the_path_for_a_book_must_be_called_something() -> None:
    assert merged(SAID, words=[UserWord("title", None)]).title == "Fallback"


PART = some.builds(
    a_track,
    some.integers(1, 9),
    some.integers(1, 3),
    title=some.sampled_from([None, "Dune", "Dune I"]),
    contributions=some.sampled_from([(), (ANN,), (NED, ANN), (NORA,)]),
    genres=some.sampled_from([(), ("Space",), ("space", "Sand")]),
    publisher=some.sampled_from([None, "A", "B"]),
    chapters=some.sampled_from([(), (Chapter("x", 0, 5),)]),
)


@given(some.lists(PART, min_size=1, max_size=4, unique_by=lambda part: part.path))
def test_a_book_is_the_same_in_whatever_order_its_files_are_found(parts: list[Part]) -> None:
    assert len({merged(*order) for order in permutations(parts)}) == 1
