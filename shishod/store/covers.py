"""What is known of covers that were taken, and which are still to be."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, func, null, select, update

from shishod.model.covers import CoverDue, CoverState, CoverTaken
from shishod.model.library import RootState
from shishod.store.border import Noun
from shishod.store.dialect import chunks
from shishod.store.memory import KNOWN, READ_STATES, as_known
from shishod.store.pictures import best_picture, fetch_again, pictures_shown, take_down
from shishod.store.tables import books, media_files, roots
from shishod.store.tables import covers as cover_table

_cover, _file = cover_table.c, media_files.c
_SAME_FILE = ("size", "mtime_ns", "ctime_ns")
_UNTAKEN = (
    *(_cover[name] == bindparam(f"of_{name}") for name in ("book_id", "path", "member")),
    _cover.taken_at.is_(None),
    exists().where(_file.id == bindparam("file"), *(_file[name] == bindparam(f"was_{name}") for name in _SAME_FILE)),
)
_TAKEN = (
    update(cover_table)
    .where(*_UNTAKEN)
    .values(
        taken_at=bindparam("at"),
        width=func.coalesce(bindparam("wide", type_=_cover.width.type), _cover.width),
        height=func.coalesce(bindparam("high", type_=_cover.height.type), _cover.height),
        **{name: bindparam(f"new_{name}") for name in ("digest", "form", "fault", "fault_text")},
    )
)


class Covers(Noun):
    """The cover of each book: a book that is saved again has its cover looked at again, and shows the old meanwhile."""

    def covers_due(self, after: int, limit: int) -> list[CoverDue]:
        """Covers not taken yet that lie in files which can be believed; found by an index of those alone."""
        asked = (
            select(_cover.book_id, _cover.member, *KNOWN)
            .join_from(cover_table, books, books.c.id == _cover.book_id)
            .join(roots, roots.c.id == books.c.root_id)
            .join(media_files, (_file.root_id == books.c.root_id) & (_file.path == _cover.path))
            .where(_cover.taken_at.is_(None), _cover.book_id > after, _file.state.in_(READ_STATES))
            .where(roots.c.enrolled, roots.c.state.in_([RootState.ONLINE.value, RootState.HELD.value]))
            .order_by(_cover.book_id)
            .limit(limit)
        )
        with self._reading() as connection:
            return [CoverDue(row[0], as_known(row[2:]), row[1]) for row in connection.execute(asked)]

    def write_covers(self, taken: Sequence[CoverTaken], now: datetime) -> int:
        """Store what became of covers whose place and file are still as they were; how many."""
        rows = [_row(one, now) for one in taken]
        with self._writing(of_the_disk=False) as connection:
            return connection.execute(_TAKEN, rows).rowcount if rows else 0

    def cover_of(self, book_id: int) -> CoverState | None:
        """A book's cover, or a larger picture of a web catalogue; None where there is neither."""
        asked = select(*(_cover[name] for name in ("digest", "form", "fault_text", "width", "height")), _cover.book_id)
        asked = asked.add_columns(books.c.provider).where(books.c.id == book_id, roots.c.enrolled)
        asked = asked.join_from(books, roots, roots.c.id == books.c.root_id).outerjoin(
            cover_table, _cover.book_id == books.c.id
        )
        with self._reading() as connection:
            row = connection.execute(asked).first()
            if row is None:
                return None
            own = None if row[5] is None else CoverState(row[0], row[1] or "", row[2] or "", row[3], row[4])
            return own if row.provider is None else best_picture(connection, book_id, own)

    def covers_shown(self) -> Mapping[bytes, str]:
        """The digest of every picture that some book shows, with its form."""
        asked = select(_cover.digest, _cover.form).where(_cover.digest.is_not(None)).distinct()
        with self._reading() as connection:
            return {row[0]: row[1] for row in connection.execute(asked)} | pictures_shown(connection)

    def spoil(self, digest: bytes, reason: str, text: str) -> int:
        """A picture cannot be shown after all, for this reason: no book shows it; how many books that is."""
        change = update(cover_table).values(digest=null(), form=null(), fault=reason, fault_text=text)
        with self._writing(of_the_disk=False) as connection:
            return connection.execute(change.where(_cover.digest == digest)).rowcount + take_down(connection, [digest])

    def retake(self, digests: Collection[bytes]) -> int:
        """Pictures are gone from the cache: they are due again; how many books that is."""
        due = update(cover_table).values(digest=null(), form=null(), taken_at=null())
        with self._writing(of_the_disk=False) as connection:
            changed = [connection.execute(due.where(_cover.digest.in_(some))) for some in chunks(sorted(digests))]
            return sum(one.rowcount for one in changed) + fetch_again(connection, digests)


def count_due(connection: Connection) -> int:
    """How many covers were located and not taken yet."""
    return connection.scalar(select(func.count()).select_from(cover_table).where(_cover.taken_at.is_(None))) or 0


def _row(one: CoverTaken, now: datetime) -> dict[str, object]:
    file = one.due.file
    return {
        "of_book_id": one.due.book_id,
        "of_path": file.path,
        "of_member": one.due.member,
        "file": file.id,
        **{f"was_{name}": getattr(file, name) for name in _SAME_FILE},
        "at": now,
        "wide": one.width,
        "high": one.height,
        "new_digest": one.digest,
        "new_form": one.form or None,
        "new_fault": one.reason or None,
        "new_fault_text": one.text or None,
    }
