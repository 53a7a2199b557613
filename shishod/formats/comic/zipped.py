"""CBZ: a zip of pages."""

from shishod.formats.archive import Archive, picture_in
from shishod.formats.comic.contents import MOST_TAGS, Contents, Member, by_depth, describes
from shishod.formats.limits import Limits
from shishod.formats.source import opened


def gather(path: bytes, limits: Limits) -> Contents:
    """No page is inflated. Raises BrokenFile and OSError only."""
    with opened(path) as file:
        archive = Archive(file, limits)
        plain = [one for one in archive if one.plain]
        documents = {}
        for name in by_depth(one.name for one in plain if describes(one.name))[:MOST_TAGS]:
            if (content := archive.try_read(name, limits.text_bytes)) is not None:
                documents[name] = content
        return Contents(
            members=[Member(one.name, one.size) for one in plain],
            documents=documents,
            comment=archive.comment,
            locked=any(one.locked for one in plain),
            notes=archive.notes,
        )


def picture(path: bytes, name: str, limits: Limits) -> bytes:
    """One page."""
    return picture_in(path, name, limits)
