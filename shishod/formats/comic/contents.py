"""Contents: what an archive of pages holds, whatever packed it; and which of its members are pages or tags."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from shishod.paths import natural_key

MIMES = {
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "jpe": "image/jpeg", "png": "image/png", "gif": "image/gif",
    "webp": "image/webp", "avif": "image/avif", "jxl": "image/jxl", "bmp": "image/bmp", "tif": "image/tiff",
    "tiff": "image/tiff", "heic": "image/heic",
}  # fmt: skip
MOST_TAGS = 16  # documents kept of one archive: comics have one of a kind, and sometimes a copy in a folder
_TAGS = frozenset({"comicinfo.xml", "metroninfo.xml", "comet.xml"})
_HIDDEN = re.compile(r"(?:^|/)(?:\.(?!\.?/)[^/]*|__MACOSX/.*)$|(?:^|/)__MACOSX/|(?:^|/)\.(?!\.?/)[^/]+/", re.IGNORECASE)


class Member(NamedTuple):
    """A file in an archive; `size` is None where the archive does not say."""

    name: str
    size: int | None


@dataclass
class Contents:
    """`documents` are the bytes of those members that describe the comic, by name.

    `listed` is False where the archive could not be opened for want of a library; the notes say which.
    """

    members: list[Member] = field(default_factory=list)
    documents: dict[str, bytes] = field(default_factory=dict)
    comment: bytes = b""
    locked: bool = False
    listed: bool = True
    notes: list[str] = field(default_factory=list)


def describes(name: str) -> bool:
    """Whether a member of this name says what the comic is."""
    return name.replace("\\", "/").rpartition("/")[2].casefold() in _TAGS


def pages(members: Iterable[Member]) -> list[Member]:
    """The pictures in the order they are read: folder by folder, page2 before page10; what macOS leaves is no page."""
    shown = [one for one in members if _ending(one.name) in MIMES and not _HIDDEN.search(one.name.replace("\\", "/"))]
    return sorted(shown, key=lambda one: ([natural_key(part) for part in _parts(one.name)], one.name))


def mime_of(name: str) -> str:
    return MIMES.get(_ending(name), "")


def by_depth(names: Iterable[str]) -> list[str]:
    """The nearer to the archive's root, the earlier: a copy in a folder is of one chapter, or was left behind."""
    return sorted(names, key=lambda name: (len(_parts(name)), name))


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower()


def _parts(name: str) -> list[str]:
    return name.replace("\\", "/").split("/")
