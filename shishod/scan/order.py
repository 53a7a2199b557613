"""BookOrder: the work on one book, and what becomes of it once its files are read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from shishod.formats.beside import role_of
from shishod.model.book import BookKind, FileRole, Role
from shishod.model.catalog import BookMemory
from shishod.model.draft import draft_of
from shishod.model.library import Root
from shishod.model.merge import merge
from shishod.model.metadata import Finding, Reading, UserWord, load_reading
from shishod.model.parts import Part, in_order
from shishod.model.sighting import NO_TIME_NS, Sighting
from shishod.model.state import LAID_ASIDE, KnownFile, State, unchanged
from shishod.model.updates import FileError, FileUpdate, Origin, RelationshipUpdates
from shishod.model.words import agreed
from shishod.paths import base, join, suffix
from shishod.scan.brief import Brief, Drafted, DraftedFile
from shishod.scan.drafting import key_of, part_of, said_by_path
from shishod.scan.inspection import Inspection, Outcome
from shishod.scan.quarantine import KILLS_ALLOWED, QUARANTINED, quarantined
from shishod.scan.tags import NO_QUESTION, Question

YOUNG = timedelta(minutes=10)
YOUNG_RETRIES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
BACKOFF = timedelta(seconds=60)
LONGEST = timedelta(hours=24)
Numbers = tuple[int, int, int]  # size, mtime_ns, ctime_ns
_TO_BE_READ = (State.CHANGED, State.PROCESSING)  # and kept as they were meanwhile: they had not settled


@dataclass(frozen=True, slots=True)
class BookOrder:
    """One book with work to do: `read` are files to be inspected, `keep` those whose stored Reading still holds.

    `known` remembers what there is of any of them, by path. `sheds` lie beside the book and belonged to it, and do no
    more. `origins` tell by path where files that moved were remembered. `left` are books that have this one's key still
    and moved elsewhere. `was` are the numbers, by id, that the rows of kept files had when this was planned.
    """

    root: Root
    key: bytes
    kind: BookKind
    rule: str
    read: tuple[Sighting, ...]
    keep: tuple[KnownFile, ...] = ()
    known: Mapping[bytes, KnownFile] | None = None
    book_id: int | None = None
    absorbs: tuple[int, ...] = ()
    sheds: tuple[KnownFile, ...] = ()
    origins: Mapping[bytes, Origin] = field(default_factory=dict)
    left: frozenset[int] = frozenset()
    planned_at: datetime | None = None
    was: Mapping[int, Numbers] = field(default_factory=dict)

    @property
    def is_plain(self) -> bool:
        """Whether nothing is known of the book or of its files: whoever reads them can tell it as a whole."""
        before = self.book_id is not None or self.absorbs or self.keep or self.known
        return not (before or self.sheds or self.origins or self.left)

    @property
    def remembered(self) -> frozenset[int]:
        """The books whose stored Readings and words a merge will need."""
        kept = (one.book_id for one in self.keep)
        return frozenset(one for one in (self.book_id, *self.absorbs, *kept) if one is not None)


def numbers_of(known: KnownFile) -> Numbers:
    """What tells one content of a file from the next."""
    return known.size, known.mtime_ns, known.ctime_ns


class _Row(NamedTuple):
    """One file on its way into the book: what it said, if anything, and its row but for its place among the others."""

    seen: Sighting
    reading: Reading | None
    facts: dict[str, Any]


def compose(
    order: BookOrder,
    memories: Mapping[int, BookMemory],
    inspections: Sequence[Inspection],
    now: datetime,
    jitter: float,
) -> RelationshipUpdates | None:
    """Everything that the book's transaction will change; None when nothing was learnt that can be recorded."""
    if order.is_plain and inspections and (drafted := inspections[-1].drafted) is not None:
        return _new(order, inspections, drafted)
    order = _undisputed(order, memories)
    rows = [_kept(known, memories) for known in order.keep]
    rows += [_read(order, one, now, jitter) for one in inspections if one.outcome in (Outcome.READ, Outcome.FAILED)]
    if not rows:
        return None
    parts = in_order([part_of(row.seen.path, row.reading) for row in rows if row.reading is not None])
    speaks = any(part.role is FileRole.MEDIA for part in parts)  # what lies beside makes no book, and ends none
    told = (words_on(order, memories), said_by_path(brief_of(order)), findings_on(order, memories))
    metadata = draft_of(merge(parts, *told)) if speaks else None
    own = memories.get(order.book_id) if order.book_id is not None and metadata is not None else None
    places = _places(parts, rows)
    rows.sort(key=lambda row: (places[row.seen.path], row.seen.path))
    return RelationshipUpdates(
        library_id=order.root.library_id,
        root_id=order.root.id,
        key=order.key,
        kind=order.kind,
        metadata=metadata,
        files=tuple(
            FileUpdate(
                row.seen,
                role=role_of(row.seen.path),
                position=places[row.seen.path],
                origin=order.origins.get(row.seen.path),
                **row.facts,
            )
            for row in rows
        ),
        rule=order.rule,
        book_id=order.book_id,
        absorbs=order.absorbs,
        parts_from=_others(order),
        sheds=tuple(one.id for one in order.sheds),
        revision=own.revision if own else None,
        planned_at=order.planned_at,
    )


def brief_of(order: BookOrder, question: Question = NO_QUESTION) -> Brief:
    """What a merge of the book needs besides its files, where nothing is known of it."""
    return Brief(key_of(order.key, order.root.path), order.kind, order.root.kind, question)


def _new(order: BookOrder, inspections: Sequence[Inspection], told: Drafted) -> RelationshipUpdates:
    """A book as the process told it that read its files."""
    return RelationshipUpdates(
        library_id=order.root.library_id,
        root_id=order.root.id,
        key=order.key,
        kind=order.kind,
        metadata=told.draft,
        files=tuple([_new_file(inspections[one.number], one, place) for place, one in enumerate(told.files)]),
        rule=order.rule,
        planned_at=order.planned_at,
    )


def _new_file(done: Inspection, told: DraftedFile, place: int) -> FileUpdate:
    return FileUpdate(
        done.seen._replace(ctime_ns=NO_TIME_NS) if done.racy else done.seen,
        State.INDEXED,
        told.format,
        done.reader,
        done.version,
        done.packed,
        place,
        told.people,
        told.technical,
        read_ms=done.read_ms,
        role=role_of(done.seen.path),
    )


def _others(order: BookOrder) -> tuple[int, ...]:
    """The books that some of its files were of, or that had its place, and that live on with others."""
    before = {*order.left, *(known.book_id for known in (*order.keep, *(order.known or {}).values()))}
    return tuple(one for one in before if one is not None and one not in (order.book_id, *order.absorbs))


def _places(parts: Sequence[Part], rows: Sequence[_Row]) -> dict[bytes, int]:
    """Each file's place in the book: in reading order, then what says nothing; none for what could not be read."""
    places = {row.seen.path: LAID_ASIDE for row in rows if row.facts["state"] is State.ERROR}
    silent = sorted(row.seen.path for row in rows if row.reading is None and row.seen.path not in places)
    return places | {path: number for number, path in enumerate([*(part.path for part in parts), *silent])}


def _undisputed(order: BookOrder, memories: Mapping[int, BookMemory]) -> BookOrder:
    """The order without the books to be absorbed of which the user has said another thing than of one before them:
    they stay, if without a file, until the user takes his words away or purges them."""
    books = [one for one in (order.book_id, *order.absorbs) if one is not None]
    agreeing = agreed((one, memories[one].words if one in memories else ()) for one in books)
    return replace(order, absorbs=tuple(one for one in order.absorbs if one in agreeing))


def words_on(order: BookOrder, memories: Mapping[int, BookMemory]) -> tuple[UserWord, ...]:
    """The user's words on the book, and on those that it absorbs where there is none on itself."""
    said: dict[str, UserWord] = {}
    own = () if order.book_id is None else (order.book_id,)
    for book_id in (*own, *order.absorbs):
        for word in memories[book_id].words if book_id in memories else ():
            said.setdefault(word.field, word)
    return tuple(said.values())


def findings_on(order: BookOrder, memories: Mapping[int, BookMemory]) -> tuple[Finding, ...]:
    """What web catalogues say of the book, and of those that it absorbs where they were not asked for itself."""
    said: dict[str, Finding] = {}
    own = () if order.book_id is None else (order.book_id,)
    for book_id in (*own, *order.absorbs):
        for finding in memories[book_id].findings if book_id in memories else ():
            said.setdefault(finding.provider, finding)
    return tuple(said.values())


def _kept(known: KnownFile, memories: Mapping[int, BookMemory]) -> _Row:
    seen = known.seen
    memory = memories.get(known.book_id) if known.book_id is not None else None
    packed = memory.readings.get(known.id) if memory else None
    state = State.CHANGED if known.state in _TO_BE_READ else State.INDEXED
    if packed is None:
        facts = {"state": state, "reader": known.reader, "parser_version": known.parser_version}
        return _Row(seen, None, facts)
    row = _row(seen, packed, known.reader, known.parser_version, None)
    return row._replace(facts=row.facts | {"state": state})


def _row(seen: Sighting, packed: bytes, reader: str, version: int, read_ms: int | None) -> _Row:
    reading = load_reading(packed)
    facts = {
        "state": State.INDEXED,
        "format": reading.format,
        "reader": reader,
        "parser_version": version,
        "reading": packed,
        "said": reading,
        "narrators": tuple(one for one in reading.contributions if one.role == Role.NARRATOR),
        "technical": reading.technical,
        "read_ms": read_ms,
    }
    return _Row(seen, reading, facts)


def _read(order: BookOrder, done: Inspection, now: datetime, jitter: float) -> _Row:
    if done.packed is not None:
        seen = done.seen._replace(ctime_ns=NO_TIME_NS) if done.racy else done.seen
        return _row(seen, done.packed, done.reader, done.version, done.read_ms)
    known = (order.known or {}).get(done.seen.path)
    again = known is not None and known.state is State.ERROR and unchanged(known, done.seen, stable_inodes=False)
    count = known.error_count + 1 if known is not None and again else 1
    if done.passing and done.stage == "crash" and count >= KILLS_ALLOWED:
        done = quarantined(done, join(order.root.path, done.seen.path), done.text)
    facts = {
        "state": State.ERROR,
        "format": suffix(base(done.seen.path)).lstrip(b".").decode("ascii", "replace"),
        "reader": done.reader,
        "parser_version": done.version,
        "error": FileError(done.reason, done.text, done.stage, retry_at(done, count, now, jitter)),
        "error_count": count,
        "read_ms": done.read_ms,
    }
    return _Row(done.seen, None, facts)


def retry_at(done: Inspection, count: int, now: datetime, jitter: float) -> datetime | None:
    """When a failed file is tried again, by the three retry rules; `jitter` is 0 to 1, `count` the failures so far.

    None: not until the file or its reader changes.
    """
    if done.reason == QUARANTINED:
        return None
    if done.passing:
        wait = min(BACKOFF * int(2 ** min(count - 1, 20)), LONGEST)
        return now + wait + wait * (0.1 * jitter)
    changed = datetime.fromtimestamp(max(done.seen.mtime_ns, done.seen.ctime_ns) / 1e9, tz=now.tzinfo)
    waited = sum(YOUNG_RETRIES[: count - 1], timedelta(0))  # a file that was young when it first failed has all tries
    if timedelta(0) <= now - changed < YOUNG + waited and count <= len(YOUNG_RETRIES):
        return now + YOUNG_RETRIES[count - 1]
    return None
