"""Which folders stand in each other's way; decided on their names alone, so that no dead disk is asked."""

import os
from collections.abc import Sequence

from shishod import paths
from shishod.model.ignore import ignored
from shishod.strict_yaml import Key


def overlaps(roots: Sequence[tuple[Key, bytes]]) -> list[tuple[Key, str]]:
    """The roots that lie in another or stand twice, each with the reason; the one named first is not blamed."""
    faults = []
    for index, (key, root) in enumerate(roots):
        for _, other in roots[:index]:
            if root == other:
                faults.append((key, f"{paths.display(root)} stands twice; keep one of them"))
            elif _within(root, other):
                faults.append(
                    (key, f"{paths.display(root)} lies in {paths.display(other)}, which is watched with all below it")
                )
            elif _within(other, root):
                faults.append((key, f"{paths.display(other)} lies in {paths.display(root)}; name one of the two"))
    return faults


def holder(place: bytes, roots: Sequence[bytes]) -> bytes | None:
    """The root that a file of ours would lie in, seen by every scan; None when no walk would enter its folder."""
    for root in roots:
        if _within(place, root) and not any(map(ignored, place[len(root) :].split(b"/")[:-1])):
            return root
    return None


def _within(path: bytes, folder: bytes) -> bool:
    return path == folder or path.startswith(folder.rstrip(b"/") + b"/")


def normal(path: bytes) -> bytes:
    """One spelling of an absolute path: no doubled or trailing slashes, no dots."""
    return b"/" + os.path.normpath(path).lstrip(b"/")
