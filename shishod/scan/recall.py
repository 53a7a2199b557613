"""Recalling: what the files that a book keeps are by now, for it was planned before others were recorded."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from shishod.model.catalog import Catalog
from shishod.model.state import KnownFile
from shishod.paths import parent
from shishod.scan.order import BookOrder, numbers_of


def rows_of(orders: Iterable[BookOrder], catalog: Catalog) -> dict[int, KnownFile]:
    """The rows that the kept files of these orders have now, by id. Raises Unreachable."""
    kept = {known.id for order in orders for known in order.keep}
    return {one.id: one for one in catalog.files(kept)} if kept else {}


def overtaken(order: BookOrder, rows: Mapping[int, KnownFile]) -> bool:
    """Whether a file that a book keeps was recorded with another content since the order was planned.

    Somebody else had it in hand at that moment. What the plan says of its place and its numbers is of the past, and
    what its row says is not of them.
    """
    return any(known_id in rows and numbers_of(rows[known_id]) != was for known_id, was in order.was.items())


def recorded_meanwhile(orders: Iterable[BookOrder], catalog: Catalog) -> set[tuple[int, bytes]]:
    """The files of books that were planned as new which are remembered by now, with their roots.

    Who walks one folder while its files are being read plans them a second time. Raises Unreachable.
    """
    planned: dict[int, set[bytes]] = {}
    for order in orders:
        planned.setdefault(order.root.id, set()).update([seen.path for seen in order.read])
    return {(root, path) for root, paths in planned.items() for path in catalog.remembered(root, paths)}


def as_they_are(orders: Sequence[BookOrder], rows: Mapping[int, KnownFile], catalog: Catalog) -> list[BookOrder]:
    """The orders with the rows that their kept files have now, and the books that those belong to.

    A row may have followed its file into another book since, and a file may have the row of one that was gone and is
    the same. What has no row any more is kept no longer, and a book that was new is the one that was made of its files
    since. Raises Unreachable.
    """
    folders: dict[int, set[bytes]] = {}
    for order in orders:
        if gone := {parent(one.path) for one in order.keep if one.id not in rows}:
            folders.setdefault(order.root.id, set()).update(gone)
    named = {(root, one.path): one for root, some in folders.items() for one in catalog.files_in(root, some)}
    anew = [_anew(order, rows, named) for order in orders]
    changed = {one.book_id for old, new in zip(orders, anew, strict=True) if old.keep != new.keep for one in new.keep}
    grounds = catalog.grounds([one for one in changed if one is not None]) if changed else {}
    return [_homed(order, {book_id for book_id, (key, _) in grounds.items() if key == order.key}) for order in anew]


def _anew(order: BookOrder, rows: Mapping[int, KnownFile], named: Mapping[tuple[int, bytes], KnownFile]) -> BookOrder:
    if not order.keep:
        return order
    keep = []
    for known in order.keep:
        row = rows.get(known.id) or named.get((order.root.id, known.path))
        if row is not None:
            keep.append(replace(known, id=row.id, book_id=row.book_id))
    return replace(order, keep=tuple(keep))


def _homed(order: BookOrder, same: Collection[int]) -> BookOrder:
    """An order for a new book that was made meanwhile is for that; `same` are books with its key, in any root."""
    made = {known.book_id for known in order.keep if known.book_id in same}
    return order if order.book_id is not None or len(made) != 1 else replace(order, book_id=made.pop())
