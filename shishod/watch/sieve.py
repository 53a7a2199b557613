"""Sieve: which names of a root matter to its watch; the walk's own rules, asked and not repeated."""

import os
from collections.abc import Set
from dataclasses import dataclass

from shishod.model.ignore import RULE_FILES, passed_over
from shishod.model.library import Follow
from shishod.model.links import followed, reached_anyway
from shishod.paths import base, suffix


@dataclass(frozen=True, slots=True)
class Sieve:
    """The rules of one root that lies at `real`; paths are relative to it.

    Files with rules in the library itself are for the walk: what they pass over is heard of and comes to nothing.
    """

    real: bytes
    suffixes: Set[bytes]
    lines: tuple[str, ...] = ()
    follow: Follow = Follow.NONE

    @property
    def follows(self) -> bool:
        return self.follow is not Follow.NONE

    def wants(self, path: bytes) -> bool:
        """Whether a file may be a book, or says which files may; what is above it aside."""
        name = base(path)
        if name in RULE_FILES:
            return True
        return suffix(name) in self.suffixes and not passed_over(path, self.lines)

    def enters(self, path: bytes) -> bool:
        """Whether a folder is watched, what is above it aside."""
        return not passed_over(path, self.lines, folder=True)

    def follows_into(self, path: bytes) -> bool:
        """Whether a link leads to a folder that is watched by it; asks the disk. Each folder is entered once."""
        if not self.follows or not self.enters(path):
            return False
        absolute = self.real + b"/" + path
        if not os.path.isdir(absolute):
            return False
        target = os.path.realpath(absolute)
        return followed(self.follow, target, self.real) and not reached_anyway(target, self.real, self.lines)
