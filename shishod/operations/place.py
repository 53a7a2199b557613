"""From a path that somebody typed to the folder of a root that it means."""

import os
import stat
from collections.abc import Sequence
from typing import NamedTuple

from shishod.errors import Refused
from shishod.model.library import Root, RootState
from shishod.model.ticket import FolderSubject
from shishod.paths import display, is_under, parent


def root_list(roots: Sequence[Root]) -> str:
    """The roots by path and number, as a hint."""
    return "the roots are: " + ", ".join(f"{display(root.path)} ({root.id})" for root in roots)


def refuse_unknown(library: str | None, roots: Sequence[Root]) -> None:
    """Raise Refused for a library that has no root; None is every library."""
    named = sorted({root.library for root in roots})
    if library is not None and library not in named:
        raise Refused(f'there is no library "{library}"', "not-found", f"the libraries are: {', '.join(named)}")


def subject(path: bytes, roots: Sequence[Root]) -> FolderSubject:
    """The folder that a path is, or that its file lies in. Raises Refused with what would be right."""
    place = found(path, roots)
    return FolderSubject(place.root.id, place.folder)


class Place(NamedTuple):
    """Something that is there: its root, its path below, and the folder that it is or lies in."""

    root: Root
    path: bytes
    folder: bytes


def found(path: bytes, roots: Sequence[Root]) -> Place:
    """What is there under an absolute path. Raises Refused with what would be right.

    A root that is known to be absent or stalled is told by its bytes alone; its disk is not touched.
    """
    if not path.startswith(b"/") or b"\0" in path:
        raise Refused(f"{display(path)} is not an absolute path")
    path = os.path.normpath(b"/" + path.lstrip(b"/"))
    place = lies_in(path, roots) or real_place(path, roots)
    if place is None:
        raise Refused(f"{display(path)} lies in no library", hint=root_list(roots))
    root, below = place
    refuse_away(root)
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        raise Refused(
            f"{display(path)}: {os.strerror(error.errno or 0)}", "not-found", "scan the folder above it to note a loss"
        ) from error
    return Place(root, below, below if stat.S_ISDIR(mode) else parent(below))


def refuse_away(root: Root) -> None:
    """Raise Refused where a root is known to be absent or stalled."""
    if root.state in (RootState.OFFLINE, RootState.STALLED):
        why = f": {root.reason}" if root.reason else ""
        raise Refused(
            f"{display(root.path)} is {root.state}{why}; its books are left as they are",
            hint="bring the disk back and `shishoctl scan` without a path finds it again",
        )


def lies_in(path: bytes, roots: Sequence[Root]) -> tuple[Root, bytes] | None:
    """The root that a path lies in by its bytes, and what is below it; no disk is touched."""
    return next(((root, path[len(root.path) :].strip(b"/")) for root in roots if is_under(path, root.path)), None)


def real_place(path: bytes, roots: Sequence[Root]) -> tuple[Root, bytes] | None:
    """The root that is a symbolic link to where the path lies; only roots that answer are looked at."""
    for root in roots:
        if root.state in (RootState.ONLINE, RootState.HELD):
            real = os.path.realpath(root.path)
            if is_under(path, real):
                return root, path[len(real) :].strip(b"/")
    return None
