"""Pictures of web catalogues that books show instead of their own covers, where they are larger."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, null, select, update

from shishod.model.book import BookKind
from shishod.model.covers import CoverState, PictureDue, PictureHung, is_larger, may_be_upgraded
from shishod.store.border import Noun
from shishod.store.tables import books, covers
from shishod.store.webtables import findings

_found = findings.c
_SHOWN = ("cover_digest", "cover_form", "cover_width", "cover_height")
_UNHUNG: Mapping[str, Any] = {name: null() for name in _SHOWN}


class Pictures(Noun):
    """What fetching them asks of the catalogue."""

    def pictures_due(self, provider: str, limit: int, now: datetime) -> list[PictureDue]:
        """Pictures of a provider that some book may show; those that none may are noted as looked at.

        A book whose own cover is still to be taken is left until it is known.
        """
        asked = (
            select(_found.book_id, _found.cover_url, books.c.kind, covers.c.member, covers.c.height)
            .join(books, books.c.id == _found.book_id)
            .outerjoin(covers, covers.c.book_id == _found.book_id)
            .where(_found.provider == provider, _found.cover_url.is_not(None), _found.cover_at.is_(None))
            .where(~books.c.frozen, covers.c.book_id.is_(None) | covers.c.taken_at.is_not(None))
            .order_by(_found.book_id)
            .limit(limit)
        )
        with self._reading() as connection:
            rows = connection.execute(asked).all()
        able = {row[0]: may_be_upgraded(BookKind(row[2]), row[3], row[4]) for row in rows}
        if unable := [book_id for book_id, may in able.items() if not may]:
            left = update(findings).where(_found.provider == provider, _found.book_id.in_(unable))
            with self._writing(of_the_disk=False) as connection:
                connection.execute(left.values(cover_at=now))
        return [PictureDue(row[0], provider, row[1]) for row in rows if able[row[0]]]

    def hang_picture(self, hung: PictureHung, now: datetime) -> None:
        """Note what became of a picture, if its book is still told of it."""
        due = hung.due
        same = (_found.book_id == due.book_id, _found.provider == due.provider, _found.cover_url == due.url)
        values = {"cover_digest": hung.digest, "cover_form": hung.form or None, "cover_fault": hung.text or None}
        values |= {"cover_width": hung.width, "cover_height": hung.height, "cover_at": now}  # type: ignore[dict-item]
        with self._writing(of_the_disk=False) as connection:
            connection.execute(update(findings).where(*same).values(**values))


def best_picture(connection: Connection, book_id: int, own: CoverState | None) -> CoverState | None:
    """The picture of the most believed catalogue that has one, where it is larger than the book's own."""
    asked = select(*(_found[name] for name in _SHOWN)).where(
        _found.book_id == book_id, _found.cover_digest.is_not(None)
    )
    row = connection.execute(asked.order_by(_found.rank).limit(1)).first()
    if row is None or not is_larger(own, row[2], row[3]):
        return own
    return CoverState(row[0], row[1] or "", "", row[2], row[3])


def pictures_shown(connection: Connection) -> dict[bytes, str]:
    """The digest of every one, with its form."""
    asked = select(_found.cover_digest, _found.cover_form).where(_found.cover_digest.is_not(None)).distinct()
    return {row[0]: row[1] for row in connection.execute(asked)}


def take_down(connection: Connection, digests: Collection[bytes]) -> int:
    """They cannot be shown after all; how many books that is."""
    gone = update(findings).where(_found.cover_digest.in_(list(digests)))
    return connection.execute(gone.values(**_UNHUNG)).rowcount


def fetch_again(connection: Connection, digests: Collection[bytes]) -> int:
    """They are gone from the cache; how many books that is."""
    gone = update(findings).where(_found.cover_digest.in_(list(digests)))
    return connection.execute(gone.values(**_UNHUNG, cover_at=null())).rowcount
