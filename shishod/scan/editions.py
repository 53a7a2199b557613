"""Editions: books of one folder that are one work in different formats; pure functions."""

from collections.abc import Sequence
from typing import NamedTuple

from shishod.model.book import normal_name
from shishod.model.sighting import Sighting
from shishod.paths import suffix
from shishod.scan.gathered import Group, kind_of

RULE = "files of different formats whose names tell one title are one book"
PLACEHOLDERS = frozenset({"unknown", "untitled", "no title", "title", "book", "ebook", "audiobook", "audio", "track"})


class _Work(NamedTuple):
    """What a book is told to be; two that are alike in all of this may be one."""

    title: str
    series: str
    number: str


def editions(groups: Sequence[Group], sound: frozenset[bytes]) -> list[Group]:
    """The groups with those joined that are one work; where more than one of a format may be meant, none is."""
    if len({suffix(seen.path) for one in groups for seen in one.files}) < 2:
        return list(groups)  # nothing of another format is there
    from shishod.model.naming import words_of  # its patterns are compiled for the first book, not for a start

    works: dict[_Work, list[Group]] = {}
    people: dict[bytes, frozenset[str]] = {}
    for one in groups:
        words = words_of(one.key, one.kind)
        title = normal_name(words.title or "")
        if title and title not in PLACEHOLDERS:
            work = _Work(title, normal_name(words.series or ""), words.number or words.volume or "")
            works.setdefault(work, []).append(one)
            people[one.key] = frozenset(normal_name(person.name) for person in words.people)
    joined = [some for some in works.values() if len(some) > 1 and _are_editions(some, people, sound)]
    taken = {one.key for some in joined for one in some}
    return [*(one for one in groups if one.key not in taken), *(_one_of(some, sound) for some in joined)]


def _are_editions(groups: Sequence[Group], people: dict[bytes, frozenset[str]], sound: frozenset[bytes]) -> bool:
    """Whether no format is there twice, no sound besides other sound, and all that tell authors tell the same."""
    formats = [{suffix(seen.path) for seen in one.files} for one in groups]
    if sum(bool(some & sound) for some in formats) > 1:
        return False  # two recordings would be played as one
    if sum(map(len, formats)) != len(set().union(*formats)):
        return False
    told = {people[one.key] for one in groups} - {frozenset()}
    return len(told) < 2


def _one_of(groups: Sequence[Group], sound: frozenset[bytes]) -> Group:
    """The book of several editions. It keeps the key of the folder, where one of them has that."""
    files: list[Sighting] = [seen for one in groups for seen in one.files]
    key = min((one.key for one in groups), key=lambda key: (not key.endswith(b"/"), key))
    return Group(key, kind_of(files, sound), RULE, tuple(files))
