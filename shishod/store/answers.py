"""What web catalogues answered, kept until it no longer holds or the room for it is used up."""

import zlib
from datetime import datetime

from sqlalchemy import and_, delete, func, or_, select

from shishod.model.answers import Answer
from shishod.store.border import Noun
from shishod.store.dialect import Insert, Names, write
from shishod.store.webtables import web_answers

_answer = web_answers.c
_MOST_BYTES = 64 * 2**20  # of an unpacked body; none is kept that is larger


class KeptAnswers(Noun):
    """Answers by their key. What is written is committed, so that a crash asks nothing twice."""

    def answer(self, key: str) -> Answer | None:
        """What was answered under a key, still good or not."""
        asked = select(
            *(_answer[name] for name in ("status", "body", "digest", "fetched_at", "expires_at", "etag")),
            _answer.last_modified,
        ).where(_answer.key == key)
        with self._reading() as connection:
            row = connection.execute(asked).first()
        if row is None:
            return None
        body = zlib.decompressobj().decompress(row.body, _MOST_BYTES)
        return Answer(
            row.status, body, row.digest, row.fetched_at, row.expires_at, row.etag or "", row.last_modified or ""
        )

    def keep_answer(self, key: str, provider: str, answer: Answer) -> None:
        """Remember it in place of the one before."""
        body = zlib.compress(answer.body, 6)
        row = {
            "key": key,
            "provider": provider,
            "status": answer.status,
            "etag": answer.etag or None,
            "last_modified": answer.last_modified or None,
            "digest": answer.digest,
            "size": len(body),
            "fetched_at": answer.fetched_at,
            "expires_at": answer.expires_at,
            "body": body,
        }
        with self._writing(of_the_disk=False) as connection:
            write(connection, web_answers, [row], _replaced)

    def prune_answers(self, now: datetime, most_bytes: int) -> int:
        """Forget what has expired and has no tag by which it can be renewed, and the oldest beyond so many bytes; how
        many."""
        newest = func.sum(_answer.size).over(order_by=(_answer.fetched_at.desc(), _answer.key))
        room = select(_answer.key, newest.label("so_far")).subquery()
        beyond = select(room.c.key).where(room.c.so_far > most_bytes)
        with self._writing(of_the_disk=False) as connection:
            spent = and_(_answer.expires_at <= now, _answer.etag.is_(None), _answer.last_modified.is_(None))
            gone = delete(web_answers).where(or_(spent, _answer.key.in_(beyond)))
            return connection.execute(gone).rowcount


def _replaced(statement: Insert, names: Names) -> Insert:
    changed = {name: statement.excluded[name] for name in names if name != "key"}
    return statement.on_conflict_do_update(index_elements=["key"], set_=changed)
