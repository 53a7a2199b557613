"""The chapters that a sidecar tells, on the clock of the book."""

import pytest

from shishod.model.book import Chapter, Technical
from shishod.model.chapters import placed
from shishod.model.metadata import Reading
from shishod.model.parts import Part


def sound(path: str, minutes: int) -> Part:
    return Part(path.encode(), Reading(technical=Technical(duration_ms=minutes * 60_000)))


TWO = [sound("Dune/CD 1/a.mp3", 10), sound("Dune/CD 2/b.mp3", 20)]


def test_times_without_a_file_count_from_the_books_start_and_end_where_the_next_begins() -> None:
    said = [Chapter("Two", 900_000), Chapter("One", 0)]

    assert placed(said, TWO) == (Chapter("One", 0, 900_000), Chapter("Two", 900_000, 1_800_000))


def test_an_end_that_is_said_stays() -> None:
    assert placed([Chapter("One", 0, 5), Chapter("Two", 10)], TWO)[0].end_ms == 5


def test_times_in_a_file_count_from_where_it_begins_whatever_its_ending_is_now() -> None:
    said = [Chapter("One", 0, href="A.wav"), Chapter("Two", 60_000, href="b.WAV")]

    assert [one.start_ms for one in placed(said, TWO)] == [0, 660_000]
    assert all(one.href is None for one in placed(said, TWO))


def test_a_lone_sound_is_meant_whatever_it_is_called() -> None:
    assert placed([Chapter("One", 0, href="image.flac")], [sound("Dune.m4b", 10)]) == (Chapter("One", 0, 600_000),)


@pytest.mark.parametrize("parts", [TWO, []])
def test_chapters_of_a_sound_that_is_not_there_are_not_believed(parts: list[Part]) -> None:
    assert placed([Chapter("One", 0, href="other.wav")], parts) == ()


def test_no_chapters_are_none() -> None:
    assert placed([], TWO) == placed([], []) == ()
