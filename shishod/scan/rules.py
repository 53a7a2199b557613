"""RuleBook: the files in a library that say what is passed over, and what is one book, read where they lie and
remembered for one walk."""

import errno
import os
import stat
from collections.abc import Iterable, Mapping

from shishod.errors import BrokenFile
from shishod.formats.beside.override import override_of
from shishod.model.ignore import BUILT_IN, OVERRIDE, RULE_FILES, Rules, ignored, passed_over, rules_of, told_by_settings
from shishod.model.override import Gathered, Override
from shishod.model.signature import KnownFolder, names_of
from shishod.paths import base, join, parent

LONGEST = 1 << 20  # bytes; no one writes so many rules
PIECE = 1 << 16


class Unruly(OSError):
    """A file with rules says what nobody understands: nothing in its folder, the `filename`, changes until it does."""


class RuleBook:
    """The rules of one root. Shared: by nobody; a walk has its own.

    Which files with rules a folder holds is told by its listing, else remembered from the last, else looked for.
    """

    def __init__(self, root: bytes, lines: tuple[str, ...], known: Mapping[bytes, KnownFolder]) -> None:
        self._root = root
        self._lines = lines
        self._known = known
        self._at: dict[bytes, Rules | None] = {}
        self._overrides: dict[bytes, Override | None] = {}
        self.any = bool(lines)  # whether there is any rule but our own list

    def begin(self, start: bytes) -> None:
        """Learn what is said above a folder that a walk begins in. Raises OSError when it cannot be read."""
        if start and self.of(parent(start)) is not None:
            self.any = True
        for folder in _above(start)[:-1]:
            if folder not in self._known:
                self._overrides[folder] = self._override(folder)

    def note(self, folder: bytes, names: Iterable[bytes]) -> None:
        """A folder was listed and holds these files with rules. Raises OSError when one cannot be read."""
        names = set(names)
        self._overrides[folder] = self._override(folder) if OVERRIDE in names else None
        self._at.pop(folder, None)
        above = self.of(parent(folder)) if folder else None
        rules = self._at[folder] = rules_of(folder, self._read(folder, names - {OVERRIDE}), above)
        self.any = self.any or rules is not None

    def override(self, folder: bytes) -> Override | None:
        """What a folder's own override says. Raises OSError when it cannot be read."""
        if folder not in self._overrides:
            known = self._known.get(folder)
            if known is None:
                return None  # nothing is kept of it, so that a first walk does not ask above every folder
            remembered = bool(known.packed) and OVERRIDE in names_of(known.packed)
            self._overrides[folder] = self._override(folder) if remembered else None
        return self._overrides[folder]

    def home(self, folder: bytes) -> bytes | None:
        """The folder that is one book with all below it, where this one is such or lies in such; else None.

        The topmost counts, for all below it is its book. Raises OSError when an override cannot be read.
        """
        if not (self._overrides or self._known):
            return None
        for one in _above(folder):
            said = self.override(one)
            if said is not None and said.book is Gathered.ONE:
                return one
        return None

    def _override(self, folder: bytes) -> Override | None:
        content = self._read(folder, (OVERRIDE,)).get(OVERRIDE)
        if content is None:
            return None
        try:
            return override_of(folder, content, os.fsdecode(OVERRIDE))
        except BrokenFile as broken:
            raise Unruly(errno.EINVAL, broken.text, folder) from broken

    def of(self, folder: bytes) -> Rules | None:
        """The rules for what lies in a folder."""
        if folder not in self._at:
            above = self.of(parent(folder)) if folder else None
            known = self._known.get(folder)
            names = RULE_FILES.intersection(names_of(known.packed)) if known and known.packed else RULE_FILES
            self._at[folder] = rules_of(folder, self._read(folder, names - {OVERRIDE}), above)
        return self._at[folder]

    def reason(self, path: bytes, *, folder: bool) -> str:
        """Why a path is passed over, "" when it is not; what is above it is known not to be."""
        if passed_over(path, self._lines, folder=folder):
            return BUILT_IN if ignored(base(path)) else told_by_settings(path, self._lines, folder=folder)
        rules = self.of(parent(path))
        return rules.reason(path, folder=folder) if rules else ""

    def _read(self, folder: bytes, names: Iterable[bytes]) -> dict[bytes, bytes]:
        found = {}
        for name in names:
            content = read_rules(join(join(self._root, folder) if folder else self._root, name))
            if content is not None:
                found[name] = content
        return found


def _above(folder: bytes) -> list[bytes]:
    """A folder and all that it lies in, the root first."""
    cuts = [at for at in range(len(folder)) if folder[at : at + 1] == b"/"]
    return [b"", *(folder[:at] for at in cuts), folder] if folder else [b""]


def read_rules(path: bytes) -> bytes | None:
    """What a file with rules says, None when it is not there or is no plain file. Raises OSError when it is silent."""
    try:
        opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):  # a link, a socket
            return None
        raise
    try:
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            return None
        content = b"".join(iter(lambda: os.read(opened, PIECE), b"")) if os.fstat(opened).st_size <= LONGEST else None
    finally:
        os.close(opened)
    if content is None:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), path)
    return content
