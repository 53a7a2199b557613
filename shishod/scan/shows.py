"""Shows: whose episodes are to be read anew, as what is told of all of them is another than it was."""

from collections.abc import Collection, Iterable
from datetime import datetime

from shishod.formats.video import FILMS
from shishod.model.catalog import Catalog
from shishod.model.folders import SHOW, is_season
from shishod.model.signature import KnownFolder, unpacked
from shishod.model.state import READ, State
from shishod.paths import base, display, suffix
from shishod.scan.entries import Row


def retold(known: KnownFolder | None, folder: bytes, rows: Iterable[Row], below: Iterable[bytes]) -> set[bytes]:
    """The folder and its seasons, of those remembered `below` it, where its `tvshow.nfo` came, went or changed."""
    if known is None or not known.packed:
        return set()
    before = [row for row in unpacked(known.packed) if row[0] == SHOW]
    if before == [row for row in rows if row[0] == SHOW]:
        return set()
    return {folder, *(one for one in below if is_season(display(base(one))))}


def note_retold(catalog: Catalog, root_id: int, folders: Collection[bytes], now: datetime) -> None:
    """Write down which episodes are to be read anew, before the folder of their show is signed: whoever is cancelled or
    killed in between leaves them to the next scan. Raises Unreachable."""
    episodes = [one for one in catalog.files_in(root_id, folders) if suffix(one.path) in FILMS and one.state in READ]
    catalog.mark([one.id for one in episodes], State.CHANGED, now)  # first: a folder without signature tells no change
    catalog.reopen({(root_id, folder) for folder in folders})
