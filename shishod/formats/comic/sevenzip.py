"""CB7: a 7-Zip archive of pages, opened by libarchive."""

from dataclasses import replace

from shishod.errors import BrokenFile
from shishod.formats.comic.contents import Contents
from shishod.formats.extras import LIBARCHIVE
from shishod.formats.limits import Limits
from shishod.formats.pictures import gone
from shishod.formats.source import opened


def gather(path: bytes, limits: Limits) -> Contents:
    """Raises BrokenFile and OSError only."""
    return _unpacked(path, limits, None)


def picture(path: bytes, name: str, limits: Limits) -> bytes:
    """One page."""
    content = _unpacked(path, replace(limits, text_bytes=limits.cover_bytes), (name,)).documents.get(name)
    if content is None:
        raise gone(name)
    return content


def _unpacked(path: bytes, limits: Limits, only: tuple[str, ...] | None) -> Contents:
    with opened(path) as file:
        if not LIBARCHIVE.present():
            return Contents(listed=False, notes=[LIBARCHIVE.advice])
        from shishod.formats.comic.libarchive import Unreadable, unpacked

        try:
            return unpacked(file, limits, only=only)
        except Unreadable as error:
            raise BrokenFile(
                "broken-archive", f"the 7-Zip archive is cut short or damaged ({error}); it was not read"
            ) from error
