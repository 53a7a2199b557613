"""Companion: one kind of file that lies beside media and joins their book."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module

from shishod.formats.limits import Limits
from shishod.model.book import FileRole
from shishod.model.metadata import Reading


class Reach(StrEnum):
    """Whose companion a file is, as far as its name tells."""

    FOLDER = "folder"  # of the one book that its folder holds
    NAMESAKE = "namesake"  # of the file of the same name


@dataclass(frozen=True, slots=True)
class Companion:
    """A Reader of one kind of file, told by its name: `speaks` are the names (in lower case, without their ending)
    that are about a folder, `about` what else in a name says so; others count as namesakes, if at all. A `tail` may
    stand behind the name of the medium, several times where there are several ("Film.de.forced.srt").

    The module of the same name in this folder reads it, and is imported when the first such file is.
    """

    name: str
    version: int
    role: FileRole
    suffixes: frozenset[bytes]
    speaks: frozenset[bytes] = frozenset()
    about: re.Pattern[bytes] | None = None
    namesakes: bool = False
    tail: re.Pattern[bytes] | None = None

    def reach(self, stem: bytes) -> Reach | None:
        """Whose companion a file with this name before its ending is; None when it is none."""
        if stem in self.speaks or (self.about is not None and self.about.search(stem)):
            return Reach.FOLDER
        return Reach.NAMESAKE if self.namesakes else None

    def kin(self, stem: bytes) -> Iterator[bytes]:
        """What the medium may be called that a file with this stem goes with, the likeliest first."""
        yield stem
        while self.tail is not None and (match := self.tail.search(stem)) is not None and match.start():
            stem = stem[: match.start()]
            yield stem

    def read(self, path: bytes, limits: Limits) -> Reading:
        """What the file says. Raises BrokenFile when its content is at fault, OSError when the disk is."""
        reading: Reading = import_module(f"{__package__}.{self.name}").read(path, limits)
        return reading
