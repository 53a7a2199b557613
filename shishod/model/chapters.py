"""The chapters of a book on its own clock: said by a sidecar, else by its files, else its tracks themselves."""

from collections.abc import Sequence
from itertools import accumulate

from shishod.model.book import Chapter
from shishod.model.parts import Part
from shishod.paths import base, display

APART_MS = 5000  # of two files of one recording, at most


def chapters_of(parts: Sequence[Part]) -> tuple[Chapter, ...]:
    """Each media file's own chapters, one after the other; where no track has its own, each track is one."""
    sound = [part for part in parts if part.reading.technical.duration_ms is not None]
    if not sound:
        return next((part.reading.chapters for part in parts if part.reading.chapters), ())
    own = any(part.reading.chapters for part in sound)
    if not own and len(sound) == 1:
        return ()
    chapters: list[Chapter] = []
    for number, (part, offset) in enumerate(zip(sound, _offsets(sound), strict=True), 1):
        if own:
            chapters += [_shifted(chapter, offset) for chapter in part.reading.chapters]
        else:
            name = part.reading.part_title or f"{number}"
            chapters.append(Chapter(title=name, start_ms=offset, end_ms=offset + _length(part)))
    return tuple(chapters)


def placed(said: Sequence[Chapter], parts: Sequence[Part]) -> tuple[Chapter, ...]:
    """A sidecar's chapters of these media: counted from the sound that each names, and ending where the next begins.

    Empty when one names a sound that is not there, so that its time cannot be known. A lone sound is meant whatever
    it is called: it was converted since.
    """
    if not said:
        return ()
    sound = [part for part in parts if part.reading.technical.duration_ms is not None]
    starts = {_stem(part.path): offset for part, offset in zip(sound, _offsets(sound), strict=True)}
    named = {one.href for one in said if one.href is not None}
    alone = len(named) == 1 and len(sound) == 1
    found: list[Chapter] = []
    for one in said:
        offset = 0 if one.href is None or alone else starts.get(_stem(one.href.encode("utf-8", "replace")))
        if offset is None:
            return ()
        found.append(_shifted(one._replace(href=None), offset))
    found.sort(key=lambda one: one.start_ms or 0)
    last = sum(map(_length, sound)) or None
    ends = [one.start_ms for one in found[1:]] + [last]
    return tuple(one._replace(end_ms=one.end_ms or end) for one, end in zip(found, ends, strict=True))


def fitting(said: Sequence[Chapter], parts: Sequence[Part]) -> tuple[Chapter, ...]:
    """A web catalogue's chapters, where they end with the sound of these media; empty where they are of another."""
    lasts_ms = sum(part.reading.technical.duration_ms or 0 for part in parts)
    ends_ms = said[-1].end_ms if said else None
    if not lasts_ms or ends_ms is None or abs(ends_ms - lasts_ms) > APART_MS:
        return ()
    return (*said[:-1], said[-1]._replace(end_ms=lasts_ms))


def _offsets(sound: Sequence[Part]) -> list[int]:
    return list(accumulate(map(_length, sound[:-1]), initial=0))[: len(sound)]


def _length(part: Part) -> int:
    return part.reading.technical.duration_ms or 0


def _stem(path: bytes) -> str:
    return display(base(path)).rpartition(".")[0].casefold()


def _shifted(chapter: Chapter, offset_ms: int) -> Chapter:
    if not offset_ms or chapter.start_ms is None:
        return chapter
    end = None if chapter.end_ms is None else chapter.end_ms + offset_ms
    return chapter._replace(start_ms=chapter.start_ms + offset_ms, end_ms=end)
