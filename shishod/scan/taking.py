"""What a parse process does for covers: take one out of its file and into the gallery, or make its small form there."""

import os
from typing import NamedTuple

from shishod.errors import BrokenFile
from shishod.formats import covers
from shishod.formats.limits import Limits
from shishod.formats.source import opened
from shishod.model.covers import SMALL
from shishod.model.sighting import Sighting, shown_by
from shishod.paths import join
from shishod.scan.gallery import Gallery, digest_of


class Wanted(NamedTuple):
    """One cover: where its root is, what is known of the file that it lies in, who has read that, and where in it."""

    root: bytes
    seen: Sighting
    reader: str
    member: str
    gallery: Gallery


class Found(NamedTuple):
    """A picture that is in the gallery now, or why there is none.

    What is `passing` (the file is another by now, a disk has failed) says nothing of the cover; what `halts` keeps all
    others from being taken too; what is `held` was there before.
    """

    digest: bytes | None = None
    form: str = ""
    width: int | None = None
    height: int | None = None
    size: int = 0
    reason: str = ""
    text: str = ""
    passing: bool = False
    halts: bool = False
    held: bool = False


class Large(NamedTuple):
    """A picture in the gallery of which a small form is asked for."""

    gallery: Gallery
    digest: bytes
    form: str


class Fetched(NamedTuple):
    """A picture that was fetched, and where it goes."""

    gallery: Gallery
    content: bytes


def take(wanted: Wanted, limits: Limits) -> Found:
    """One cover out of its file and into the gallery. May hang. Raises nothing that a file or a disk can cause."""
    from shishod.formats.thumbnails import look

    path = join(wanted.root, wanted.seen.path)
    try:
        if not shown_by(os.stat(path), wanted.seen):
            return Found(reason="changed", passing=True)
        content = covers.take(path, wanted.reader, wanted.member, limits)
        shown = look(content, limits)
        digest = digest_of(content)
        held = wanted.gallery.holds(digest, shown.form)
        if not shown_by(os.stat(path), wanted.seen):
            return Found(reason="changed", passing=True)
    except BrokenFile as broken:
        return Found(reason=broken.reason, text=broken.text)
    except OSError as error:
        return Found(reason="disk", text=f"{error.strerror} (errno {error.errno})", passing=True)
    found = Found(digest, shown.form, shown.width, shown.height, len(content), held=held)
    return found if held else _kept(wanted.gallery, content, found)


def hang(fetched: Fetched, limits: Limits) -> Found:
    """A picture of somebody else's into the gallery. Raises nothing that a picture or a disk can cause."""
    from shishod.formats.thumbnails import look

    try:
        shown = look(fetched.content, limits)
    except BrokenFile as broken:
        return Found(reason=broken.reason, text=broken.text)
    found = Found(digest_of(fetched.content), shown.form, shown.width, shown.height, len(fetched.content))
    return _kept(fetched.gallery, fetched.content, found)


def lessen(large: Large, limits: Limits) -> Found:
    """The small form of a picture, put beside it. Raises nothing that a picture or a disk can cause."""
    from shishod.formats.thumbnails import thumbnail

    try:
        with open(large.gallery.path(large.digest, large.form), "rb") as picture:
            small = thumbnail(picture.read(), limits)
        if small is not None:
            large.gallery.put(large.digest, SMALL, small)
    except BrokenFile as broken:
        return Found(reason=broken.reason, text=broken.text)
    except OSError as error:
        return Found(reason="disk", text=f"{error.strerror} (errno {error.errno})", passing=True)
    return Found(large.digest, large.form)


def answers(wanted: Wanted) -> bool:
    """Whether the disk gives so much as the first bytes of a file. May hang."""
    with opened(join(wanted.root, wanted.seen.path)) as file:
        return bool(os.pread(file.fileno(), 1, 0))


def _kept(gallery: Gallery, content: bytes, found: Found) -> Found:
    assert found.digest is not None
    try:
        gallery.put(found.digest, found.form, content)
    except OSError as error:
        return Found(text=f"the cache of covers takes nothing: {error.strerror} ({gallery.folder})", halts=True)
    return found
