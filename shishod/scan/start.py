"""Where a walk begins that is asked for one folder."""

import errno
import os
import stat

from shishod.model.library import Ways
from shishod.paths import join, parent
from shishod.scan.entries import Lister, Pulse
from shishod.scan.group import anchor
from shishod.scan.rules import Unruly

NOWHERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG})  # a folder that no walk begins in
_PLAIN = Ways()


def start_of(root: bytes, folder: bytes, ways: Ways = _PLAIN) -> bytes:
    """Where a walk asked for `folder` begins: there, or at the anchor of what is left of it and is not passed over.

    It is not anchored here: it may be an anchor already, and one that is a disc would be lost for its own. In a folder
    that is one book with all below it, it is at that folder. Raises OSError only when the root itself cannot be looked
    at, or rules that may hold there.
    """
    lister = Lister(root, (), ways, Pulse(), {}, {})
    path = folder
    while path:
        try:
            if stat.S_ISDIR((os.lstat if lister.links is None else os.stat)(join(root, path)).st_mode):
                break
        except OSError as error:
            if error.errno not in NOWHERE:
                raise
        path = anchor(parent(path))
    for cut in [at for at in range(len(path)) if path[at : at + 1] == b"/"] + [len(path)] * bool(path):
        if lister.refusal(path[:cut], folder=True):
            return start_of(root, parent(path[:cut]), ways)
    os.stat(root)
    try:
        lister.rules.begin(path)
        home = lister.rules.home(path)
    except Unruly as error:
        home = error.filename
    return path if home is None else home
