"""An Explanation as JSON, and the one sentence that sums it up; pure functions."""

from dataclasses import asdict
from typing import Any

from shishod.model.book import FileRole
from shishod.model.contest import Claim, Outcome
from shishod.model.explanation import Explanation, Thing
from shishod.model.finding import Found
from shishod.model.metadata import Source
from shishod.model.record import FileRecord
from shishod.model.sighting import Sighting
from shishod.model.story import Turn
from shishod.model.words import FIELDS
from shishod.paths import display, join, json_path

Row = dict[str, Any]
_MATES = 200  # files of one book that are named


def explanation_row(told: Explanation) -> Row:
    """All of it by topics, each null or empty where there is nothing to tell."""
    record = told.record
    return {
        "library": told.root.library,
        "root": {"id": told.root.id, **json_path(told.root.path), "state": str(told.root.state)},
        "there": str(told.thing),
        "silent": told.silent,
        "verdict": verdict(told),
        "next": {"text": told.next.text, "at": told.next.at and told.next.at.isoformat()},
        "passed_over": _refusal(told),
        "trouble": told.trouble,
        "state": _state(told),
        "reader": _reader(told),
        "books": [
            {
                "book_id": one.book_id,
                "rule": one.rule,
                "files": [_path(told, file) for file in one.files[:_MATES]],
                "count": len(one.files),
            }
            for one in told.gathered
        ],
        "same_file": [json_path(path) for path in told.links],
        "web": [_asked(one) for one in told.asked],
        "frozen": told.frozen,
        "fields": [_field(told, one) for one in told.outcomes],
        "history": [] if record is None else [_turn(turn) for turn in record.story],
    }


def verdict(told: Explanation) -> str:
    """What it is to the catalogue, in one sentence."""
    if told.refusal is not None:
        where = "" if told.refusal.at == told.path else f"{display(told.refusal.at)} is passed over: "
        return f"it is passed over: {where}{told.refusal.reason}"
    if told.record is not None:
        return f"it is {told.record.known.state}, {_standing(told.record)}"
    if told.thing is Thing.FOLDER:
        books = len(told.gathered)
        trouble = f"; {told.trouble}" if told.trouble else ""
        return f"it is a folder with {books or 'no'} book{'s' * (books != 1)} directly in it{trouble}"
    if told.thing is Thing.NOTHING:
        return "nothing is there, and nothing is remembered of it"
    if told.thing is Thing.UNSAID:
        return "nothing is remembered of it, and nobody could look"
    return "it is not in the catalogue"


def _standing(record: FileRecord) -> str:
    book = record.known.book_id
    if book is None:
        return "and belongs to no book"
    if record.known.duplicate_of is not None:
        return f"and one more path to a file of book {book}"
    noun = {FileRole.MEDIA: "and a file", FileRole.COVER: "and a cover"}.get(record.role, f"and a {record.role}")
    return f"{noun} of book {book}"


def _path(told: Explanation, path: bytes) -> dict[str, str]:
    return json_path(join(told.root.path, path) if path else told.root.path)


def _refusal(told: Explanation) -> Row | None:
    return None if told.refusal is None else {"reason": told.refusal.reason, **_path(told, told.refusal.at)}


def _state(told: Explanation) -> Row | None:
    if told.record is None and told.seen is None:
        return None
    record = told.record
    return {
        "state": None if record is None else str(record.known.state),
        "judged": None if told.judged is None else str(told.judged),
        "remembered": None if record is None else _tuple(record.known.seen),
        "seen": None if told.seen is None else _tuple(told.seen),
        "differs": list(told.differs),
        "error": "" if record is None else record.error,
        "failures": 0 if record is None else record.known.error_count,
        "first_seen_at": record and record.first_seen_at.isoformat(),
        "last_seen_at": record and record.last_seen_at.isoformat(),
        "missing_since": record and record.missing_since and record.missing_since.isoformat(),
    }


def _tuple(seen: Sighting) -> dict[str, int]:
    return {name: value for name, value in seen._asdict().items() if name != "path"}


def _reader(told: Explanation) -> Row | None:
    record = told.record
    read_by = "" if record is None else record.known.reader
    if not (read_by or told.claimed.reader or told.claimed.by_name):
        return None
    return {
        "by_content": told.claimed.reader,
        "by_name": told.claimed.by_name,
        "read_by": read_by,
        "version": 0 if record is None else record.known.parser_version,
        "notes": [] if record is None else list(record.notes),
    }


def _asked(found: Found) -> Row:
    return {
        "provider": found.provider,
        "status": str(found.standing),
        "id": found.provider_id,
        "reason": found.reason,
        "at": found.fetched_at.isoformat(),
        "again_at": found.due_at and found.due_at.isoformat(),
    }


def _field(told: Explanation, one: Outcome) -> Row:
    return {
        "field": one.field,
        "value": field_value(one.field, one.value),
        "source": None if one.source is None else _source(one.source),
        "place": one.place,
        "lost": [_claim(told, one.field, claim) for claim in one.lost],
        "silent": list(one.silent),
    }


def _claim(told: Explanation, field: str, claim: Claim) -> Row:
    return {
        "value": field_value(field, claim.value),
        "source": _source(claim.source),
        "place": claim.place,
        "why": claim.why,
        "files": [_path(told, file) for file in claim.files[:_MATES]],
        "count": len(claim.files),
    }


def _source(source: Source) -> str:
    return source.name.lower()


def field_value(field: str, value: Any) -> Any:
    """A field as JSON: people by name, what has several parts by their names."""
    if value is None or field == "abridged":
        return value
    if field == "cover":
        return value.member or value.mime
    if field == "chapters":
        return len(value)
    if field in FIELDS and FIELDS[field].role:
        return [person.name for person in value]
    if field in ("series", "identifiers"):
        return [asdict(one) for one in value]
    return list(value) if isinstance(value, tuple) else value


def _turn(turn: Turn) -> Row:
    return {"at": turn.at.isoformat(), "state": str(turn.state), "why": turn.why}
