"""Editions: books of one folder that are one work in different formats; pure functions."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from shishod.model.book import normal_name
from shishod.model.sighting import Sighting
from shishod.paths import suffix
from shishod.scan.gathered import Group, kind_of
from shishod.scan.tags import Tells

TAGGED = "files of different formats that tell one title and its authors are one book"
RULE = "files of different formats whose names tell one title are one book"
PLACEHOLDERS = frozenset({"unknown", "untitled", "no title", "title", "book", "ebook", "audiobook", "audio", "track"})


class _Work(NamedTuple):
    """What a book is told to be; two that are alike in all of this may be one."""

    title: str
    series: str
    number: str


def editions(groups: Sequence[Group], sound: frozenset[bytes], tells: Mapping[bytes, Tells]) -> list[Group]:
    """The groups with those joined that are one work; where more than one of a format may be meant, none is.

    What their names leave open, what they say decides: `tells`, by path.
    """
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
    made = _joined(groups, joined, sound, RULE)
    return _joined(made, _tagged_alike(made, sound, tells), sound, TAGGED) if tells else made


def _joined(
    groups: Sequence[Group], some: Sequence[Sequence[Group]], sound: frozenset[bytes], rule: str
) -> list[Group]:
    taken = {one.key for of_one in some for one in of_one}
    return [*(one for one in groups if one.key not in taken), *(_one_of(of_one, sound, rule) for of_one in some)]


def _tagged_alike(groups: Sequence[Group], sound: frozenset[bytes], tells: Mapping[bytes, Tells]) -> list[list[Group]]:
    """The groups all of whose files tell the same title and authors, and whose names tell no two places in a series."""
    from shishod.model.naming import words_of  # its patterns are compiled for the first book, not for a start

    alike: dict[tuple[str, frozenset[str]], list[Group]] = {}
    for one in groups:
        told = {(said.title, said.people) if (said := tells.get(seen.path)) else None for seen in one.files}
        work = next(iter(told)) if len(told) == 1 else None
        if work is not None and all(work) and work[0] not in PLACEHOLDERS:
            alike.setdefault(work, []).append(one)
    found = []
    for some in (several for several in alike.values() if len(several) > 1):
        places = {words.number or words.volume for one in some for words in [words_of(one.key, one.kind)]} - {None}
        if len(places) < 2 and _are_editions(some, {one.key: frozenset() for one in some}, sound):
            found.append(some)
    return found


def _are_editions(groups: Sequence[Group], people: dict[bytes, frozenset[str]], sound: frozenset[bytes]) -> bool:
    """Whether no format is there twice, no sound besides other sound, and all that tell authors tell the same."""
    formats = [{suffix(seen.path) for seen in one.files} for one in groups]
    if sum(bool(some & sound) for some in formats) > 1:
        return False  # two recordings would be played as one
    if sum(map(len, formats)) != len(set().union(*formats)):
        return False
    told = {people[one.key] for one in groups} - {frozenset()}
    return len(told) < 2


def _one_of(groups: Sequence[Group], sound: frozenset[bytes], rule: str) -> Group:
    """The book of several editions. It keeps the key of the folder, where one of them has that."""
    files: list[Sighting] = [seen for one in groups for seen in one.files]
    key = min((one.key for one in groups), key=lambda key: (not key.endswith(b"/"), key))
    return Group(key, kind_of(files, sound), rule, tuple(files))
