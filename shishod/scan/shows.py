"""Shows: whose episodes are to be read anew, as what is told of all of them is another than it was."""

from collections.abc import Iterable

from shishod.model.folders import SHOW, is_season
from shishod.model.signature import KnownFolder, unpacked
from shishod.paths import base, display
from shishod.scan.entries import Row


def retold(known: KnownFolder | None, folder: bytes, rows: Iterable[Row], below: Iterable[bytes]) -> set[bytes]:
    """The folder and its seasons, of those remembered `below` it, where its `tvshow.nfo` came, went or changed."""
    if known is None or not known.packed:
        return set()
    before = [row for row in unpacked(known.packed) if row[0] == SHOW]
    if before == [row for row in rows if row[0] == SHOW]:
        return set()
    return {folder, *(one for one in below if is_season(display(base(one))))}
