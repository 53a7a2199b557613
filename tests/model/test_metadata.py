from dataclasses import fields

from hypothesis import given
from hypothesis import strategies as some

from shishod.model.book import Chapter, Contribution, CoverPlace, Identifier, SeriesEntry, Technical
from shishod.model.metadata import Reading, dump_reading, load_reading

WORD = some.text(alphabet=some.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
MAYBE = some.none() | WORD
COUNT = some.none() | some.integers(0, 2**40)


def _rows(of: some.SearchStrategy[object]) -> some.SearchStrategy[tuple[object, ...]]:
    return some.lists(of, max_size=3).map(tuple)


WORDS = {
    "reader": WORD,
    "format": WORD,
    "title": MAYBE,
    "subtitle": MAYBE,
    "part_title": MAYBE,
    "contributions": _rows(some.builds(Contribution, WORD, WORD, some.just("") | WORD)),
    "series": _rows(some.builds(SeriesEntry, WORD, MAYBE)),
    "genres": _rows(WORD),
    "tags": _rows(WORD),
    "publisher": MAYBE,
    "imprint": MAYBE,
    "date": MAYBE,
    "language": MAYBE,
    "identifiers": _rows(some.builds(Identifier, WORD, WORD)),
    "description": MAYBE,
    "chapters": _rows(some.builds(Chapter, WORD, COUNT, COUNT, MAYBE)),
    "cover": some.none() | some.builds(CoverPlace, WORD, WORD, COUNT),
    "technical": some.builds(Technical, COUNT, COUNT, some.just("") | WORD, *[COUNT] * 5),
    "disc": COUNT,
    "track": COUNT,
    "season": COUNT,
    "playback": some.just("") | WORD,
    "reasons": _rows(WORD),
    "abridged": some.none() | some.booleans(),
    "drm": MAYBE,
    "particulars": _rows(some.tuples(WORD, WORD)),
    "order": _rows(WORD),
    "places": _rows(some.tuples(WORD, WORD)),
    "notes": _rows(WORD),
}


@given(some.builds(Reading, **WORDS))
def test_a_reading_comes_back_from_the_catalogue_as_it_was(reading: Reading) -> None:
    assert load_reading(dump_reading(reading)) == reading


def test_a_lone_surrogate_from_a_broken_tag_costs_a_letter_and_not_the_reading() -> None:
    assert load_reading(dump_reading(Reading(title="Du\udc80ne"))) == Reading(title="Du?ne")


def test_a_silent_file_takes_no_room() -> None:
    assert dump_reading(Reading()) == b"{}"
    assert load_reading(b"{}") == Reading()


def test_a_word_of_a_newer_version_is_passed_over() -> None:
    assert load_reading(b'{"title":"Dune","mood":"dry"}') == Reading(title="Dune")


def test_a_row_that_an_older_version_wrote_shorter_keeps_the_defaults_for_the_rest() -> None:
    assert load_reading(b'{"chapters":[["One",0]]}').chapters == (Chapter("One", 0),)


def test_the_round_trip_above_says_every_word_that_a_reading_can() -> None:
    assert set(WORDS) == {field.name for field in fields(Reading)}
