"""What is passed over: names that are never a book, and what the operator says. One rule for the walk and the watch."""

import os
from dataclasses import dataclass

from shishod.model.patterns import Patterns, compiled
from shishod.paths import base, display

HIDDEN = (
    b".",  # hidden, AppleDouble ("._x"), .Trash-1000, .stversions, rsync's and syncthing's own temporaries
    b"~$",  # office locks
    b"~syncthing~",
)
UNFINISHED = (
    b"~",  # editors' backups
    b".part",
    b".partial",
    b".filepart",
    b".crdownload",
    b".download",
    b".opdownload",
    b".!qb",
    b".!ut",
    b".!bt",
    b".bc!",
    b".aria2",
    b".unfinished",
    b".incomplete",
    b".tmp",
    b".temp",
)
LEFT_BEHIND = frozenset(
    {
        b"@eadir",  # Synology
        b"@tmp",
        b"@sharebin",
        b"#recycle",
        b"#snapshot",
        b"@recycle",  # QNAP
        b"@recently-snapshot",
        b"@__thumb",
        b"lost+found",
        b"$recycle.bin",  # Windows
        b"system volume information",
        b"thumbs.db",
        b"desktop.ini",
        b"__macosx",  # macOS
        b"network trash folder",
        b"temporary items",
    }
)


OVERRIDE = b".shishod.yaml"  # what is one book in its folder, and what it is
RULE_FILES = frozenset(
    {
        OVERRIDE,
        b".shishoignore",
        b".ignore",  # audiobookshelf, Jellyfin, ripgrep: without a word in it, the whole folder
        b".nomedia",  # Android, Kodi: the whole folder, whatever it says
    }
)
BUILT_IN = "its name is one that is always passed over"
SETTINGS = "an ignore line of the library's settings matches it"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def ignored(name: bytes) -> bool:
    """Whether a file or folder of this name is passed over, and with a folder all that lies in it."""
    lowered = name.lower()
    hidden = lowered.startswith(HIDDEN) and name != OVERRIDE
    return hidden or lowered.endswith(UNFINISHED) or lowered in LEFT_BEHIND


def passed_over(path: bytes, lines: tuple[str, ...] = (), *, folder: bool = False) -> bool:
    """Whether a root-relative path, what is above it aside, is passed over by our own list or a library's lines."""
    return ignored(base(path)) or bool(lines and compiled(lines).verdict(path, folder=folder))


def any_ignored(path: bytes, lines: tuple[str, ...] = (), *, folder: bool = False) -> bool:
    """Whether any part of a root-relative path is passed over so; the root b"" never is.

    Files with rules in the library itself are not asked: they are for the walk, which reads them.
    """
    if any(map(ignored, path.split(b"/"))):
        return True
    if not lines or not path:
        return False
    cuts = [at for at in range(len(path)) if path[at : at + 1] == b"/"]
    return any(passed_over(path[:cut], lines, folder=True) for cut in cuts) or passed_over(path, lines, folder=folder)


@dataclass(frozen=True, slots=True)
class Rules:
    """What one folder's files with rules say of all below it, and after them the rules above.

    The deepest that speaks decides, and in one folder .shishoignore before .ignore.
    """

    folder: bytes
    spoken: tuple[tuple[bytes, Patterns], ...] = ()  # by which file
    shut: bytes = b""  # the file that has the whole folder passed over
    above: "Rules | None" = None

    def reason(self, path: bytes, *, folder: bool) -> str:
        """Why a path below is passed over, "" when it is not; its own folder is known not to be."""
        if self.shut:
            return _told(self.folder, self.shut)
        inside = path[len(self.folder) + 1 :] if self.folder else path
        for name, patterns in self.spoken:
            verdict = patterns.verdict(inside, folder=folder)
            if verdict is not None:
                return _told(self.folder, name, patterns.decisive(inside, folder=folder)) if verdict else ""
        return self.above.reason(path, folder=folder) if self.above else ""


def _told(folder: bytes, name: bytes, line: int = 0) -> str:
    where = display(folder) or "the library's folder"
    return f"the {os.fsdecode(name)} in {where} says so" + (f" in line {line}" if line else "")


def told_by_settings(path: bytes, lines: tuple[str, ...], *, folder: bool) -> str:
    """The reason for what a library's own lines pass over."""
    return f"{SETTINGS}: {lines[compiled(lines).decisive(path, folder=folder) - 1].strip()}"


def rules_of(folder: bytes, files: dict[bytes, bytes], above: Rules | None) -> Rules | None:
    """The rules that hold in a folder which has these files with rules, by name and content."""
    if not files:
        return above
    empty = b".ignore" in files and not files[b".ignore"].removeprefix(_BYTE_ORDER_MARK).strip()
    shut = b".nomedia" if b".nomedia" in files else b".ignore" if empty else b""
    spoken = tuple((name, compiled(lines_of(files[name]))) for name in (b".shishoignore", b".ignore") if name in files)
    return Rules(folder, spoken, shut, above)


def lines_of(content: bytes) -> tuple[str, ...]:
    """The lines of a file with rules; bytes that are no text stand for the same bytes in names."""
    return tuple(os.fsdecode(line) for line in content.removeprefix(_BYTE_ORDER_MARK).splitlines())
