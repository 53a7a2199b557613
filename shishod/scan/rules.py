"""RuleBook: the files in a library that say what is passed over, read where they lie and remembered for one walk."""

import errno
import os
import stat
from collections.abc import Iterable, Mapping

from shishod.model.ignore import BUILT_IN, RULE_FILES, Rules, ignored, passed_over, rules_of, told_by_settings
from shishod.model.signature import KnownFolder, names_of
from shishod.paths import base, join, parent

LONGEST = 1 << 20  # bytes; no one writes so many rules
PIECE = 1 << 16


class RuleBook:
    """The rules of one root. Shared: by nobody; a walk has its own.

    Which files with rules a folder holds is told by its listing, else remembered from the last, else looked for.
    """

    def __init__(self, root: bytes, lines: tuple[str, ...], known: Mapping[bytes, KnownFolder]) -> None:
        self._root = root
        self._lines = lines
        self._known = known
        self._at: dict[bytes, Rules | None] = {}
        self.any = bool(lines)  # whether there is any rule but our own list

    def begin(self, start: bytes) -> None:
        """Learn what is said above a folder that a walk begins in. Raises OSError when it cannot be read."""
        if start and self.of(parent(start)) is not None:
            self.any = True

    def note(self, folder: bytes, names: Iterable[bytes]) -> None:
        """A folder was listed and holds these files with rules. Raises OSError when one cannot be read."""
        self._at.pop(folder, None)
        above = self.of(parent(folder)) if folder else None
        rules = self._at[folder] = rules_of(folder, self._read(folder, names), above)
        self.any = self.any or rules is not None

    def of(self, folder: bytes) -> Rules | None:
        """The rules for what lies in a folder."""
        if folder not in self._at:
            above = self.of(parent(folder)) if folder else None
            known = self._known.get(folder)
            names = RULE_FILES.intersection(names_of(known.packed)) if known and known.packed else RULE_FILES
            self._at[folder] = rules_of(folder, self._read(folder, names), above)
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
