"""Answers of web catalogues, kept so that nothing is asked twice while what was said still holds."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, as it came: 200 with a JSON body, or 404 with none. `digest` is the same for what says the same."""

    status: int
    body: bytes
    digest: str
    fetched_at: datetime
    expires_at: datetime
    etag: str = ""
    last_modified: str = ""

    @property
    def found(self) -> bool:
        return self.status == 200

    def json(self) -> Any:
        """The body; an empty object of what was not found."""
        return json.loads(self.body) if self.found else {}


class Answers(Protocol):
    """Shared: by every thread that asks. All raise Unreachable."""

    def answer(self, key: str) -> Answer | None:
        """What was answered under a key, still good or not."""

    def keep_answer(self, key: str, provider: str, answer: Answer) -> None:
        """Remember it in place of the one before; it is there after a crash."""

    def prune_answers(self, now: datetime, most_bytes: int) -> int:
        """Forget what has expired and has no tag by which it can be renewed, and the oldest beyond so many bytes; how
        many."""


def key_of(provider: str, name: str) -> str:
    """The key of a request or of a part of its answer; no credential is ever part of it."""
    return hashlib.sha256(f"{provider}\n{name}".encode()).hexdigest()


def digest_of(said: Any, volatile: frozenset[str] = frozenset()) -> str:
    """One digest for JSON that says the same: the order of keys, and keys that change with every answer, do not
    count."""
    return hashlib.sha256(json.dumps(_lasting(said, volatile), sort_keys=True).encode()).hexdigest()


def _lasting(said: Any, volatile: frozenset[str]) -> Any:
    if isinstance(said, dict):
        return {key: _lasting(value, volatile) for key, value in said.items() if key not in volatile}
    if isinstance(said, list):
        return [_lasting(one, volatile) for one in said]
    return said
