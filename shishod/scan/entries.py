"""Lister: what one folder holds for us, in one pass over its names that opens no book."""

import errno
import os
import stat
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from shishod.formats.beside import ENDINGS, counts, stem
from shishod.model.ignore import HIDDEN, OVERRIDE, RULE_FILES, ignored
from shishod.model.library import Follow, Ways
from shishod.model.sighting import LATEST_NS, fitting
from shishod.model.signature import KnownFolder
from shishod.paths import PACKED, base, display, join, parent, suffix
from shishod.scan.links import Links
from shishod.scan.rules import RuleBook

Row = tuple[bytes, int, int, int, int]  # an Entry before anybody needs its names


class Oddity(NamedTuple):
    """Something in a listed folder that could not be taken; of the folder's other entries it says nothing."""

    path: bytes
    stage: str  # stat: it did not say what it is; link: it is entered elsewhere
    reason: str
    text: str


@dataclass(slots=True)
class Pulse:
    """Counts the disk's answers, so that another thread can tell a walk that is slow from one that hangs."""

    beats: int = 0


@dataclass(slots=True)
class Lister:
    """Lists the folders of one root. Shared: by nobody; a walk has its own.

    `doubles` are folders that are entered elsewhere, with where. `told` are the paths of oddities that are known
    already; those that are well again are put into `well`, and what is odd into `odd`, until somebody takes it.
    `unsure` entries are there and did not say what they are: what is remembered of them stays.
    """

    root: bytes
    suffixes: Collection[bytes]
    ways: Ways
    pulse: Pulse
    doubles: Mapping[bytes, bytes]
    known: Mapping[bytes, KnownFolder]
    told: Collection[bytes] = ()
    rules: RuleBook = field(init=False)
    links: Links | None = field(init=False)
    odd: list[Oddity] = field(default_factory=list)
    well: list[bytes] = field(default_factory=list)
    unsure: dict[bytes, set[bytes]] = field(default_factory=dict)  # by their folder
    choosy: bool = False  # whether more than the built-in list may speak against an entry
    _suspects: set[bytes] = field(default_factory=set)  # folders that hold what is told
    _aside: list[tuple[bytes, OSError | None]] = field(default_factory=list)  # links, and what failed, of one listing

    def __post_init__(self) -> None:
        follow, lines = self.ways.follow_symlinks, self.ways.ignore
        self.rules = RuleBook(self.root, lines, self.known)
        self.links = None if follow is Follow.NONE else Links(self.root, follow, lines)
        self._suspects = {parent(path) for path in self.told}
        self.choosy = self.choosy or bool(lines or self.doubles or self.told)

    def begin(self, start: bytes, *, trusting: bool) -> None:
        """Learn what holds above a folder that a walk begins in; a walk that trusts does not list all that is above.

        Raises OSError when rules cannot be read.
        """
        self.rules.begin(start)
        self.choosy = self.choosy or trusting or self.rules.any

    def entries(self, path: bytes) -> tuple[list[Row], list[bytes]]:  # noqa: PLR0912 - a call more a folder is felt
        """The kept files, and the folders by their paths, the last name first; files with rules are kept too.

        Raises OSError when the folder cannot be listed completely.
        """
        absolute, prefix = (self.root + b"/" + path, path + b"/") if path else (self.root, b"")
        rows: list[Row] = []
        folders: list[bytes] = []
        media: list[os.DirEntry[bytes]] = []
        others: list[os.DirEntry[bytes]] = []
        rules: list[os.DirEntry[bytes]] = []
        suffixes, pulse, following, aside = self.suffixes, self.pulse, self.links is not None, self._aside
        for entry in os.scandir(absolute):
            name = entry.name
            try:
                if entry.is_dir(follow_symlinks=False):
                    if not ignored(name):
                        folders.append(prefix + name)
                elif (
                    (ending := name[name.rfind(b".") :].lower()) in suffixes
                    or (ending == PACKED and suffix(name) in suffixes)
                ) and not name.startswith(HIDDEN):
                    media.append(entry)
                elif ending in ENDINGS and not name.startswith(HIDDEN):
                    others.append(entry)
                elif name in RULE_FILES:
                    rules.append(entry)
                elif following and entry.is_symlink():
                    aside.append((name, None))
            except OSError as error:
                aside.append((name, error))
        if others:
            stems = {stem(one.name) for one in media}
            media += [one for one in others if counts(one.name, stems)]
        for entry in media + rules if rules else media:
            pulse.beats += 1
            try:
                now = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue  # deleted since it was listed: not there
            except OSError as error:
                aside.append((entry.name, error))
                continue
            mtime_ns, ctime_ns = now.st_mtime_ns, now.st_ctime_ns
            if mtime_ns > LATEST_NS or ctime_ns > LATEST_NS:
                mtime_ns, ctime_ns = fitting(mtime_ns), fitting(ctime_ns)
            if stat.S_ISREG(now.st_mode):
                rows.append((entry.name, now.st_size, mtime_ns, ctime_ns, now.st_ino))
            elif following and stat.S_ISLNK(now.st_mode):
                aside.append((entry.name, None))
        if aside or rules or self.choosy:
            rows, folders = self._considered(path, rows, folders)
        if len(folders) > 1:
            folders.sort(reverse=True)
        return rows, folders

    def _considered(self, path: bytes, rows: list[Row], folders: list[bytes]) -> tuple[list[Row], list[bytes]]:
        """What is left of a listing that is not as plain as most are."""
        aside, self._aside = self._aside, []
        failed = [(name, error) for name, error in aside if error is not None]
        for name in [name for name, error in aside if error is None]:
            try:
                self._follow(path, name, rows, folders)
            except OSError as error:
                failed.append((name, error))
        if failed:
            self._doubt(path, failed, rows)
        if self.choosy or any(row[0] in RULE_FILES for row in rows):
            rows, folders = self._chosen(path, rows, folders)
        if path in self._suspects:
            odd = {one.path for one in self.odd}
            self.well += [one for one in self.told if parent(one) == path and one not in odd]
        return rows, folders

    def _follow(self, path: bytes, name: bytes, rows: list[Row], folders: list[bytes]) -> None:
        """Take what a link leads to under the link's own name. Raises OSError when that does not say what it is."""
        assert self.links is not None  # else none was put aside
        self.pulse.beats += 1
        led = self.links.followed(join(path, name))
        if led is None:
            return
        book = suffix(name) in self.suffixes and not name.startswith(HIDDEN)
        if stat.S_ISDIR(led.st_mode) and not ignored(name):
            folders.append(join(path, name))
        elif stat.S_ISREG(led.st_mode) and book:
            rows.append((name, led.st_size, fitting(led.st_mtime_ns), fitting(led.st_ctime_ns), led.st_ino))

    def _doubt(self, path: bytes, failed: Sequence[tuple[bytes, OSError]], rows: Sequence[Row]) -> None:
        """Note the entries that did not say what they are; where that is all of them, the folder cannot be entered."""
        if not rows and all(error.errno == errno.EACCES for _, error in failed):
            raise failed[0][1]
        for name, error in failed:
            reason = error.strerror or type(error).__name__
            text = f"it does not say what it is: {reason} (errno {error.errno}); what is known of it is left as it is"
            self.unsure.setdefault(path, set()).add(join(path, name))
            self.odd.append(Oddity(join(path, name), "stat", reason.lower(), text))

    def _chosen(self, path: bytes, rows: list[Row], folders: list[bytes]) -> tuple[list[Row], list[bytes]]:
        """What is left when files with rules, the library's own lines and double mounts have spoken."""
        self.rules.note(path, [row[0] for row in rows if row[0] in RULE_FILES])
        self.choosy = self.choosy or self.rules.any
        for folder in [one for one in folders if one in self.doubles]:
            self._told_of_double(folder, f"it is the same folder as {display(self.doubles[folder]) or 'the root'}")
        reason = self.rules.reason
        return (
            [row for row in rows if row[0] in RULE_FILES or not reason(join(path, row[0]), folder=False)],
            [one for one in folders if one not in self.doubles and not reason(one, folder=True)],
        )

    def double(self, path: bytes) -> str:
        """Why a folder is not to be entered by this path, as links show it a second time; "" when it is."""
        why = self.links.double(path) if self.links is not None else ""
        if why:
            self._told_of_double(path, why)
        return why

    def _told_of_double(self, path: bytes, why: str) -> None:
        self.odd.append(Oddity(path, "link", "entered elsewhere", f"{why}; it is not entered a second time"))

    def refusal(self, path: bytes, *, folder: bool) -> str:
        """Why what is there under this path is not taken; "" when it is not there, or would be taken."""
        if (reason := self.rules.reason(path, folder=folder)) or path in self.doubles:
            return reason
        try:
            status = os.lstat(join(self.root, path))
            if stat.S_ISLNK(status.st_mode):
                led = self.links.followed(path) if self.links is not None else None
                if led is None:
                    return "it is a link that is not followed"
                status = led
        except OSError:
            return ""
        if not (stat.S_ISDIR if folder else stat.S_ISREG)(status.st_mode):
            return f"it is no {'folder' if folder else 'plain file'}"
        large = folder or kept(base(path), status.st_size, self.ways.min_size, self.suffixes)
        return "" if large else "it is smaller than the library's min_size"


def unlisted(name: bytes, suffixes: Collection[bytes], stems: Collection[bytes]) -> str:
    """Why a plain file of which nothing else speaks ill is not listed in a folder whose media have these stems; ""
    when it is. The rules are those of `entries`."""
    if name in RULE_FILES and name != OVERRIDE:
        return "it says what is passed over, and is read for that alone"
    if suffix(name) in suffixes or counts(name, stems):
        return ""
    if suffix(name) not in ENDINGS:
        return "nothing that has this ending is read"
    return "files of this ending count where they are called as a cover or a sidecar is, or like a medium beside them"


def kept(name: bytes, size: int, least: int, suffixes: Collection[bytes]) -> bool:
    """Whether a file that was listed is to be shown: it does not only say what is passed over and, if it may be a book,
    is no crumb."""
    return (name not in RULE_FILES or name == OVERRIDE) and (size >= least or suffix(name) not in suffixes)
