"""Which symbolic links are followed: one rule for the walk and the watch, of resolved paths alone."""

from shishod.model.ignore import any_ignored
from shishod.model.library import Follow
from shishod.paths import is_under


def followed(how: Follow, target: bytes, root: bytes) -> bool:
    """Whether a link in a root is followed to what it leads to; both are absolute and hold no links any more."""
    return how is Follow.ALL or (how is Follow.INSIDE and is_under(target, root.rstrip(b"/")))


def reached_anyway(target: bytes, root: bytes, lines: tuple[str, ...] = ()) -> bool:
    """Whether a folder is reached from the root without any link, so that by a link it would be entered twice.

    A link to a folder above itself is one of these; so no link that is entered leads in a circle.
    """
    if not is_under(target, root.rstrip(b"/")):
        return False
    return not any_ignored(target[len(root.rstrip(b"/")) + 1 :], lines, folder=True)
