"""How each book stands with each web catalogue: what is believed of it, what there is to choose from, and when next."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, case, delete, exists, func, null, or_, select, update

from shishod.model.book import BookKind
from shishod.model.finding import Found, Standing, Wanted, pack_sketches, unpack_readings, unpack_sketches
from shishod.model.library import RootState
from shishod.model.metadata import Finding
from shishod.model.state import State
from shishod.store.border import Noun
from shishod.store.dialect import Insert, Names, Row, chunks, if_missing, write
from shishod.store.tables import books, covers, identifiers, media_files, roots
from shishod.store.webtables import findings

_found, _book = findings.c, books.c
_COVER = ("cover_digest", "cover_form", "cover_width", "cover_height", "cover_fault", "cover_at")
_THERE = (RootState.ONLINE.value, RootState.HELD.value, RootState.STALLED.value)


class WebReads(Noun):
    """What enrichment asks of the catalogue."""

    def books_wanted(self, wanted: Wanted) -> list[int]:
        """The books that a provider is to be asked for, in id order: those that it was not asked for and that lack
        something, those that are due again, and those of which something else is known than when they were asked for.
        """
        here = (_found.book_id == _book.id) & (_found.provider == wanted.provider)
        never = and_(_found.book_id.is_(None), *([_thin()] if wanted.thin_only else []), *_named(wanted.needs))
        again = or_(_found.due_at <= wanted.now, _book.updated_at > _found.checked_at)
        asked = (
            select(_book.id)
            .outerjoin(findings, here)
            .join(roots, roots.c.id == _book.root_id)
            .where(roots.c.enrolled, roots.c.state.in_(_THERE), ~_book.frozen, _book.id > wanted.after)
            .where(_book.kind.in_([kind.value for kind in wanted.kinds]), or_(never, again))
            .where(exists().where(media_files.c.book_id == _book.id, media_files.c.state != State.MISSING.value))
            .order_by(_book.id)
            .limit(wanted.limit)
        )
        with self._reading() as connection:
            return list(connection.scalars(asked))

    def note_checked(self, book_id: int, provider: str, question: str, due_at: datetime | None, now: datetime) -> None:
        """What a provider said of a book holds on; nothing else of it is written."""
        change = update(findings).where(_found.book_id == book_id, _found.provider == provider)
        values: dict[str, Any] = {"question": question, "checked_at": now, "due_at": due_at}
        with self._writing(of_the_disk=False) as connection:
            connection.execute(change.values(**values))

    def make_due(self, book_ids: Collection[int], providers: Collection[str], now: datetime) -> frozenset[int]:
        """Have what these providers said of books asked for again at once; which of the books that is about."""
        change = update(findings).values(due_at=now)
        due: set[int] = set()
        with self._writing(of_the_disk=False) as connection:
            for some in chunks(sorted(book_ids)):
                ours = (_found.book_id.in_(some), _found.provider.in_(list(providers)))
                asked = select(_found.book_id).join(books, _book.id == _found.book_id).where(*ours, ~_book.frozen)
                due |= set(connection.scalars(asked))
                connection.execute(change.where(*ours))
        return frozenset(due)

    def want(self, provider: str, kinds: Collection[BookKind], book_ids: Collection[int], now: datetime) -> int:
        """Have one provider asked for these books, whatever they lack and whether it was before; how many it takes."""
        known = [kind.value for kind in kinds]
        with self._writing(of_the_disk=False) as connection:
            asked = select(_book.id).where(_book.id.in_(sorted(book_ids)), _book.kind.in_(known))
            ids = list(connection.scalars(asked))
            write(connection, findings, [_wanted(book_id, provider, now) for book_id in ids], if_missing)
            due = update(findings).where(_found.book_id.in_(ids), _found.provider == provider)
            connection.execute(due.values(due_at=now))
        return len(ids)

    def rank_providers(self, names: Sequence[str]) -> None:
        """In which order the providers are believed from now on; those that are not named come last."""
        ranks = {name: number for number, name in enumerate(names)}
        rank = case(ranks, value=_found.provider, else_=len(ranks)) if ranks else 0
        with self._writing(of_the_disk=False) as connection:
            connection.execute(update(findings).where(_found.rank != rank).values(rank=rank))

    def freeze(self, book_ids: Collection[int], frozen: bool) -> int:
        """Have books never enriched again, or have them be; how many there are of them."""
        with self._writing(of_the_disk=False, durably=True) as connection:
            change = update(books).where(_book.id.in_(sorted(book_ids))).values(frozen=frozen)
            return connection.execute(change).rowcount

    def standings(self) -> Mapping[str, Mapping[str, int]]:
        """How many books stand how with each provider."""
        with self._reading() as connection:
            return count_standings(connection)


def count_standings(connection: Connection) -> dict[str, dict[str, int]]:
    """How many books stand how with each provider that was asked for any; counted in an index alone."""
    asked = select(_found.provider, _found.status, func.count()).group_by(_found.provider, _found.status)
    told: dict[str, dict[str, int]] = {}
    for provider, status, count in connection.execute(asked):
        told.setdefault(provider, {})[status] = count
    return told


def _thin() -> Any:
    """What a book lacks that the web may know."""
    return or_(
        _book.description.is_(None), _book.date.is_(None), ~exists().where(covers.c.book_id == _book.id)
    )  # fmt: skip


def _named(schemes: Collection[str]) -> list[Any]:
    """Where one of these is needed, that it has one."""
    one = exists().where(identifiers.c.book_id == _book.id, identifiers.c.scheme.in_(sorted(schemes)))
    return [one] if schemes else []


def findings_of(connection: Connection, book_ids: Collection[int]) -> dict[int, tuple[Finding, ...]]:
    """What web catalogues say of these books and is believed, the most believed first; a book without is left out."""
    told: dict[int, list[Finding]] = {}
    for some in chunks(sorted(book_ids)):
        asked = select(
            *(_found[name] for name in ("book_id", "provider", "provider_id", "score", "finding", "fetched_at"))
        ).where(_found.book_id.in_(some), _found.status == Standing.MATCHED.value, _found.finding.is_not(None))
        for row in connection.execute(asked.order_by(_found.rank, _found.provider)):
            above, below = unpack_readings(row.finding)
            if above is not None:
                finding = Finding(row.provider, row.provider_id or "", row.score, above, row.fetched_at, below)
                told.setdefault(row.book_id, []).append(finding)
    return {book_id: tuple(one) for book_id, one in told.items()}


def standing_of(connection: Connection, book_id: int) -> dict[str, Found]:
    """How a book stands with each provider that was asked for it."""
    asked = select(findings).where(_found.book_id == book_id).order_by(_found.rank, _found.provider)
    return {row["provider"]: _as_found(row) for row in connection.execute(asked).mappings()}


def _as_found(row: Any) -> Found:
    above, below = unpack_readings(row["finding"])
    return Found(
        row["provider"],
        Standing(row["status"]),
        row["question"],
        row["fetched_at"],
        row["due_at"],
        row["provider_id"] or "",
        row["provider_kind"] or "",
        row["score"],
        row["chosen"],
        row["reason"],
        row["last_response_hash"] or "",
        above,
        below,
        row["cover_url"] or "",
        unpack_sketches(row["candidates"]),
        row["rank"],
        row["etag"] or "",
    )


def learn(connection: Connection, told: Mapping[int, Sequence[Found]], now: datetime) -> None:
    """Write what was found for each book. A picture whose place is still the same stays."""
    rows = [_row(book_id, one, now) for book_id, found in told.items() for one in found]
    write(connection, findings, rows, _replaced)
    for some in chunks(sorted(told)):
        _name_the_first(connection, some)


def hand_over(connection: Connection, old: int, new: int) -> bool:
    """What is known of a book that ends is known of the one that absorbs it, where that one was not asked for.

    Whether it was anything. A book is as frozen as one that it absorbs.
    """
    frozen = select(_book.frozen).where(_book.id == old).scalar_subquery()
    connection.execute(update(books).where(_book.id == new, frozen).values(frozen=True))
    known = select(_found.provider).where(_found.book_id == new)
    providers = list(connection.scalars(known))
    moved = update(findings).where(_found.book_id == old, _found.provider.not_in(providers)).values(book_id=new)
    taken = connection.execute(moved).rowcount > 0
    if taken:
        _name_the_first(connection, [new])
    return taken


def forget_findings(connection: Connection, book_id: int, provider: str) -> None:
    """As if the provider had never been asked for the book."""
    connection.execute(delete(findings).where(_found.book_id == book_id, _found.provider == provider))
    _name_the_first(connection, [book_id])


def _name_the_first(connection: Connection, book_ids: Sequence[int]) -> None:
    """A book's own row tells the most believed of its findings, so that those without any need no second look."""
    first = (
        select(*(_found[name] for name in _OF_THE_FIRST))
        .where(_found.book_id == _book.id, _found.status == Standing.MATCHED.value)
        .order_by(_found.rank, _found.provider)
        .limit(1)
    )
    values = {name: first.with_only_columns(_found[name]).scalar_subquery() for name in _OF_THE_FIRST}
    connection.execute(update(books).where(_book.id.in_(book_ids)).values(values))


_OF_THE_FIRST = ("provider", "provider_id", "provider_kind", "etag", "last_response_hash")


def _wanted(book_id: int, provider: str, now: datetime) -> Row:
    """The row of a book that is to be asked for, and was not yet."""
    return _row(book_id, Found(provider, Standing.NOT_FOUND, "", now, now, reason="it is about to be asked for"), now)


def _row(book_id: int, one: Found, now: datetime) -> Row:
    return {
        "book_id": book_id,
        "provider": one.provider,
        "rank": one.rank,
        "status": one.standing.value,
        "provider_id": one.provider_id or None,
        "provider_kind": one.provider_kind or None,
        "score": one.score,
        "chosen": one.chosen,
        "question": one.question,
        "reason": one.reason,
        "last_response_hash": one.digest or None,
        "fetched_at": one.fetched_at,
        "checked_at": now,
        "due_at": one.due_at,
        "cover_url": one.cover_url or None,
        "finding": one.packed(),
        "candidates": pack_sketches(one.candidates),
        "etag": one.etag or None,
    }


def _replaced(statement: Insert, names: Names) -> Insert:
    changed: dict[str, Any] = {name: statement.excluded[name] for name in names if name not in ("book_id", "provider")}
    same_place = statement.excluded.cover_url.is_not_distinct_from(_found.cover_url)
    changed |= {name: case((same_place, _found[name]), else_=null()) for name in _COVER}
    return statement.on_conflict_do_update(index_elements=["book_id", "provider"], set_=changed)
