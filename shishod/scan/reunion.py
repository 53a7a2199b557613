"""Reuniter: a book that is gone and came back as another, by what both hold, becomes one again with its own number."""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta

from shishod import log
from shishod.model.book import Identifier, normal_name
from shishod.model.catalog import BookMemory, Catalog
from shishod.model.metadata import Reading, load_reading
from shishod.model.moves import Folder
from shishod.model.reunion import Claimant, Medium, Reunion
from shishod.model.state import READ, State

_log = log.get(__name__)
COPYING = timedelta(days=1)  # a copy that was there for longer when its source went is a copy that was wanted
TAGGING = timedelta(hours=1)  # two files that differ and were there for longer are two editions
_SLACK_MS = 2000  # what two programs make of the length of one sound


class Reuniter:
    """Shared: by whoever notes that something is gone, that a book is new, or what a file's content is."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def reunite(self, book_ids: Collection[int]) -> frozenset[Folder]:
        """Look for the other halves of these books; returns the folders to be looked at again."""
        claimants = self._catalog.claimants(book_ids) if book_ids else []
        if len(claimants) < 2:
            return frozenset()
        memories = self._catalog.memories([one.book_id for one in claimants])
        found = reunions(claimants, memories)
        folders = self._catalog.reunite(found) if found else frozenset[Folder]()
        if folders:
            _log.info("books that were gone are there under other numbers; they are one again", books=len(found))
        return folders


def reunions(claimants: Sequence[Claimant], memories: Mapping[int, BookMemory]) -> list[Reunion]:
    """Which books are one: the content first, then what names the work; never where more than two may be meant.

    A book is gone when all its media are; its heir was made after it, and not long before it went. The user's words
    on both must not differ.
    """
    pairs = [*_by_content(claimants), *_by_identifier(claimants, memories)]
    found: list[Reunion] = []
    taken: set[int] = set()
    for old, heir in pairs:
        files = _files(old, heir)
        if taken & {old.book_id, heir.book_id} or not files or not _agree(memories, old.book_id, heir.book_id):
            continue
        taken |= {old.book_id, heir.book_id}
        found.append(Reunion(old.book_id, heir.book_id, files))
    return found


def _by_content(claimants: Iterable[Claimant]) -> Iterable[tuple[Claimant, Claimant]]:
    """Books whose media are, one by one, of the same content."""
    alike: dict[tuple[bytes, ...], list[Claimant]] = defaultdict(list)
    for one in claimants:
        if one.media and all(medium.content_hash for medium in one.media):
            alike[tuple(sorted(medium.content_hash or b"" for medium in one.media))].append(one)
    return [pair for some in alike.values() if (pair := _pair(some, COPYING))]


def _by_identifier(
    claimants: Iterable[Claimant], memories: Mapping[int, BookMemory]
) -> Iterable[tuple[Claimant, Claimant]]:
    """Books of one library whose own files alone say what names them, with one title or length, in the same formats."""
    alike: dict[tuple[int, Identifier], list[Claimant]] = defaultdict(list)
    for one in claimants:
        for said in one.identifiers:
            alike[one.library_id, said].append(one)
    refused = {frozenset(one.book_id for one in some) for some in alike.values() if len(some) > 2}
    for (_, named), some in alike.items():
        pair = _pair(some, TAGGING)
        if pair is None or any({one.book_id for one in pair} <= others for others in refused):
            continue
        before, after = (_readings(one, memories) for one in pair)
        same_work = _same_length(*pair) or _titles(before) & _titles(after)
        if same_work and _formats(pair[0]) == _formats(pair[1]) and _say(before, named) and _say(after, named):
            yield pair


def _say(readings: Iterable[Reading], named: Identifier) -> bool:
    return any(named in said.identifiers for said in readings)


def _pair(alike: Sequence[Claimant], together: timedelta) -> tuple[Claimant, Claimant] | None:
    """The one that is gone and the one that is there, where there is one of each and both were not there for long."""
    if len(alike) != 2:
        return None
    old, heir = sorted(alike, key=lambda one: not _gone(one))
    there = bool(heir.media) and all(medium.state in READ for medium in heir.media)
    if not (_gone(old) and there and old.book_id < heir.book_id):
        return None
    since = [medium.missing_since for medium in old.media if medium.missing_since is not None]
    return (old, heir) if since and heir.created_at >= min(since) - together else None


def _gone(one: Claimant) -> bool:
    return bool(one.media) and all(medium.state is State.MISSING for medium in one.media)


def _formats(one: Claimant) -> list[str]:
    return sorted(medium.format for medium in one.media)


def _readings(one: Claimant, memories: Mapping[int, BookMemory]) -> list[Reading]:
    """What its media say: what lies beside would say so of any, and the user may call it otherwise."""
    held = memories[one.book_id].readings if one.book_id in memories else {}
    return [load_reading(held[medium.file_id]) for medium in one.media if medium.file_id in held]


def _same_length(one: Claimant, other: Claimant) -> bool:
    return abs((one.duration_ms or -_SLACK_MS) - (other.duration_ms or math.inf)) <= _SLACK_MS


def _titles(readings: Iterable[Reading]) -> set[str]:
    return {normal_name(said.title) for said in readings if said.title}


def _agree(memories: Mapping[int, BookMemory], old: int, heir: int) -> bool:
    """Whether the user said nothing of one that is otherwise said of the other."""
    words = [{one.field: one.value for one in memories[book].words} for book in (old, heir) if book in memories]
    return len(words) == 2 and all(words[0].get(name, word) == word for name, word in words[1].items())


def _files(old: Claimant, heir: Claimant) -> tuple[tuple[int, int], ...]:
    """By pairs a file that is gone and what it is now: of one content, else of one format, each in order of names."""

    def placed(some: Sequence[Medium], *, content: bool) -> list[Medium]:
        return sorted(some, key=lambda one: ((one.content_hash or b"") if content else b"", one.format, one.path))

    content = sorted(one.content_hash or b"" for one in old.media) == sorted(
        one.content_hash or b"" for one in heir.media
    )
    before, after = placed(old.media, content=content), placed(heir.media, content=content)
    return tuple((one.file_id, other.file_id) for one, other in zip(before, after, strict=True))
