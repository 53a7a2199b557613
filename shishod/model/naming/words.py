"""PathWords: what a path says of a book, each word with the pattern that found it."""

from dataclasses import dataclass, field
from typing import Any

from shishod.model.book import Contribution, Identifier, Role, SeriesEntry
from shishod.model.metadata import Reading

_SAME = ("title", "subtitle", "identifiers")


@dataclass(slots=True)
class PathWords:
    """Everything that folders and a file's name say; None and () where they are silent or could be read two ways.

    `number` is a place in `series`, a comic's issue or a chapter of a manga. `places` names for each field the pattern
    that found it. It is built up by the grammars and read by all others.
    """

    title: str | None = None
    subtitle: str | None = None
    people: tuple[Contribution, ...] = ()  # authors, translators, editors
    narrators: tuple[str, ...] = ()
    series: str | None = None
    number: str | None = None
    volume: str | None = None
    season: str | None = None
    episode: str | None = None
    year: str | None = None
    identifiers: tuple[Identifier, ...] = ()
    disc: int | None = None
    track: int | None = None
    places: dict[str, str] = field(default_factory=dict)

    def say(self, name: str, value: Any, place: str) -> None:
        """Believe the first word on a field; a later one says nothing new."""
        if value and not getattr(self, name):
            setattr(self, name, value)
            self.places[name] = place

    def hear(self, other: "PathWords", *names: str) -> None:
        """Take from other words what these are silent on."""
        for name in names or tuple(other.places):
            if name in other.places:
                self.say(name, getattr(other, name), other.places[name])


def reading_of(words: PathWords) -> Reading:
    """The words as a Reading, so that a merge asks them as it asks a file; a number needs a series to stand in."""
    places = words.places
    told: dict[str, Any] = {name: getattr(words, name) for name in _SAME if name in places}
    given = [(name, places[name]) for name in told]
    if words.people or words.narrators:
        told["contributions"] = words.people + tuple([Contribution(name, Role.NARRATOR) for name in words.narrators])
        given.append(("contributions", "; ".join([places[name] for name in ("people", "narrators") if name in places])))
    if words.year:
        told["date"] = words.year
        given.append(("date", places["year"]))
    if words.season and words.season.isdecimal():
        told["season"] = int(words.season)
        given.append(("season", places["season"]))
    if words.series:
        told["series"] = (SeriesEntry(words.series, words.number or words.volume or words.episode),)
        given.append(("series", places["series"]))
    return Reading(reader="path", places=tuple(given), **told)
