"""What a show's `tvshow.nfo` says of each of its episodes, in the folder of the show or of one of its seasons."""

import errno
import os
from dataclasses import replace

from shishod.errors import BrokenFile
from shishod.formats.beside import nfo
from shishod.formats.limits import Limits
from shishod.model.book import SeriesEntry
from shishod.model.folders import SHOW, is_season
from shishod.model.metadata import Reading
from shishod.model.naming.films import episode_of
from shishod.paths import base, display, join, parent

_TOLD = ("series", "genres", "tags", "publisher")
_CLOSED = frozenset({errno.EACCES, errno.EPERM, errno.ELOOP, errno.ENXIO})  # until somebody changes it, not for a while


def with_show(reading: Reading, path: bytes, place: bytes, limits: Limits) -> Reading:
    """What was read of an episode, with what is said of its show where its own file is silent.

    `place` is its path in its library, above which nothing is asked. Of a show's row nothing is kept, for it is about
    many books: whoever walks has its episodes read again when it changes. One that may not be opened says nothing, and
    that is noted. Raises OSError as a disk does.
    """
    number = episode_of(display(base(place)))
    folder = display(base(parent(place)))
    if number is None and not is_season(folder):
        return reading
    show = _show(parent(path), limits)
    if (show is None or not show.series) and is_season(folder) and b"/" in parent(place):
        closed, show = show, _show(parent(parent(path)), limits)
        reading = reading if closed is None else replace(reading, notes=reading.notes + closed.notes)
    if show is None or not show.series:
        return reading if show is None else replace(reading, notes=reading.notes + show.notes)
    said = replace(show, series=(SeriesEntry(show.series[0].name, number), *show.series[1:]))
    more = {name: getattr(said, name) for name in _TOLD if getattr(said, name) and not getattr(reading, name)}
    places = tuple((name, f"{os.fsdecode(SHOW)} {name}") for name in more)
    return replace(reading, places=reading.places + places, **more)


def _show(folder: bytes, limits: Limits) -> Reading | None:
    """What the file in a folder says; None where there is none, or none that can be read."""
    try:
        return nfo.read(join(folder, SHOW), limits)
    except (FileNotFoundError, BrokenFile):
        return None
    except OSError as error:
        if error.errno not in _CLOSED:
            raise
        return Reading(notes=(f"the {os.fsdecode(SHOW)} of its show could not be opened: {error.strerror}",))
