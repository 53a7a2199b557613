"""What the index says must be done with hostile sound, a predicate each."""

import pytest

from shishod.formats import SOUND
from shishod.formats.limits import Limits
from shishod.model.metadata import Reading
from tests.corpus.musts import Must, anything, nothing
from tests.corpus.scoring import Row, reading_of

ENDINGS = tuple(ending.decode() for ending in SOUND)


def says(title: str, **facts: object) -> Must:
    """The title, of the book or of its part, and each of these fields as it is given."""

    def told(reading: Reading) -> bool:
        fits = all(getattr(reading, name) == value for name, value in facts.items())
        return title in (reading.title, reading.part_title) and fits

    return told


def freeform(reading: Reading) -> bool:
    people = {(one.name, one.role) for one in reading.contributions}
    series = [(one.name, one.number) for one in reading.series]
    return (
        says("Atom Title")(reading)
        and ("Free Narrator", "nrt") in people
        and series == [("Free Series", "3")]
        and [one.value for one in reading.identifiers] == ["B002V5CJM4"]
    )


MUSTS: dict[str, Must] = {
    "audio-odd/chap-flood.mp3": says("Flood"),
    "audio-odd/chap-odd.mp3": lambda r: says("Chap Odd")(r) and [one.start_ms for one in r.chapters] == [0],
    "audio-odd/id3-cp1251-as-latin1.mp3": lambda r: bool(r.title),
    "audio-odd/id3-frame-size-huge.mp3": says("Ok Title"),
    "audio-odd/id3-size-beyond-file.mp3": says("Size Lie"),
    "audio-odd/id3-zero-frames.mp3": lambda r: r.title is None,
    "audio-odd/no-sync-noise.mp3": nothing,
    "audio-odd/picture-size-lie.flac": says("Pic Lie", cover=None),
    "audio-odd/streaminfo-zero-rate.flac": says("Zero Rate"),
    "audio-odd/vorbis-count-huge.flac": says("Vc Lie"),
    "mp4-odd/atom-size-beyond-eof.m4b": anything,
    "mp4-odd/atom-size-seven.m4b": says("Atom Title"),
    "mp4-odd/atom-size-zero-loop.m4b": says("Atom Title"),
    "mp4-odd/chpl-count-lie.m4b": lambda r: says("Atom Title")(r) and len(r.chapters) <= 2,
    "mp4-odd/deep-nesting.m4b": anything,
    "mp4-odd/freeform-odd.m4b": freeform,
    "mp4-odd/ilst-data-lie.m4b": says("Atom Title", cover=None),
    "truncated/truncated-60-nero-chapters.m4b": lambda r: bool(r.notes),
    "truncated/truncated-60-silence-44-s.flac": says("Silence"),
    "wrong-ext/mp3-named.m4b": lambda r: r.reader == "mp3" and says("Mp3 As M4b")(r),
    "zero/zero.m4b": nothing,
    "zero/zero.mp3": nothing,
}


def test_every_must_of_these_formats_has_its_predicate(answers: dict[str, tuple[Row, dict]]):
    asked = {path for path, (row, _) in answers.items() if row.must and path.lower().endswith(ENDINGS)}

    assert asked <= {f"hostile/{name}" for name in MUSTS}


@pytest.mark.parametrize("name", MUSTS)
def test_it_is_done(answers: dict[str, tuple[Row, dict]], name: str):
    if f"hostile/{name}" not in answers:
        pytest.skip("this corpus does not have it")
    row, answer = answers[f"hostile/{name}"]

    assert MUSTS[name](reading_of(answer)), f"{row.must}: {answer.get('broken') or reading_of(answer)}"
    assert answer["seconds"] < Limits().file_s / 3
