"""Claims: files as PROCESSING while somebody reads them, and as CHANGED when he never finished."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, null, or_, select, tuple_, update

from shishod.model.state import CLAIMABLE, LEASE, State
from shishod.store.border import Noun
from shishod.store.dialect import chunks
from shishod.store.tables import UNFINISHED, folders, media_files

_file = media_files.c
_CLAIMABLE = sorted(state.value for state in CLAIMABLE)
_HELD = _file.state == State.PROCESSING.value
_RELEASE = update(media_files).values(state=State.CHANGED.value, processing_started_at=null())


class Claiming(Noun):
    """One conditional UPDATE a batch: the database itself sees to it that a file has one holder."""

    def claim(self, file_ids: Collection[int], now: datetime) -> frozenset[int]:
        """Set PROCESSING on those of the files that nobody holds; which of them are ours now."""
        started = _file.processing_started_at
        lapsed = or_(started <= now - LEASE, started > now)  # the clock was set back since
        free = or_(_file.state.in_(_CLAIMABLE), and_(_HELD, lapsed))
        take = update(media_files).values(state=State.PROCESSING.value, processing_started_at=now)
        ours: set[int] = set()
        with self._writing(of_the_disk=False) as connection:
            for some in chunks(sorted(file_ids)):
                ours.update(connection.scalars(take.where(_file.id.in_(some), free).returning(_file.id)))
        return frozenset(ours)

    def release(self, file_ids: Collection[int], since: datetime) -> int:
        """Set CHANGED on those of the files that are PROCESSING by the claim of that moment; how many.

        Mostly there is none: that is asked by a reader, and writes nothing.
        """
        ours = and_(_HELD, _file.processing_started_at == since)
        held: list[int] = []
        with self._reading() as connection:
            for some in chunks(sorted(file_ids)):
                held += connection.scalars(select(_file.id).where(_file.id.in_(some), ours))
        if not held:
            return 0
        with self._writing(of_the_disk=False) as connection:
            return sum(connection.execute(_RELEASE.where(_file.id.in_(some), ours)).rowcount for some in chunks(held))

    def reclaim(self) -> int:
        """Release whatever is PROCESSING, and take the signature of its folders back."""
        folder = folders.c
        held = select(_file.root_id, _file.parent_path).where(UNFINISHED, _HELD)
        reopened = update(folders).where(tuple_(folder.root_id, folder.path).in_(held)).values(mtime_ns=0, packed=b"")
        with self._writing() as connection:
            connection.execute(reopened)
            return connection.execute(_RELEASE.where(UNFINISHED, _HELD)).rowcount
