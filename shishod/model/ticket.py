"""Ticket: one errand for one subject, how urgent, and not before when."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum
from typing import Any, NamedTuple


class Errand(StrEnum):
    """What a worker may be sent to do."""

    WALK = "walk"
    INSPECT = "inspect"
    RECONCILE = "reconcile"
    ENRICH = "enrich"
    COVER = "cover"
    HASH = "hash"
    KEEP = "keep"
    REFRESH = "refresh"


class Priority(IntEnum):
    """The lower goes first."""

    CRITICAL = 0
    HIGH = 1
    MEDIUM = 2
    LOW = 3
    VERY_LOW = 4
    LEAST = 5


class FolderSubject(NamedTuple):
    """What a WALK is about: a folder of a root; `path` b"" is the root itself."""

    root_id: int
    path: bytes


class BookSubject(NamedTuple):
    """What an INSPECT is about: a book by its natural key in a root."""

    root_id: int
    key: bytes


@dataclass(frozen=True, slots=True)
class Ticket:
    """Two tickets with the same errand and subject are the same work; the load is what travels with it.

    `not_before_s` is monotonic time. `weight` is its part of what a worker takes at once: what needs no reading is
    light, and many of it go together. A load that has a method `joined(other)` is merged when its ticket is asked for
    again while it waits; any other load is replaced by the newer one. One that has a method `company(subject)` is taken
    only with such as say the same.
    """

    subject: Hashable
    errand: Errand = Errand.INSPECT
    priority: int = Priority.MEDIUM
    not_before_s: float = 0.0
    load: Any = field(default=None, compare=False)
    weight: float = field(default=1.0, compare=False)

    @property
    def key(self) -> tuple[Errand, Hashable]:
        return self.errand, self.subject

    @property
    def company(self) -> Hashable:
        """A worker takes only tickets of one company together."""
        said = getattr(self.load, "company", None)
        return None if said is None else said(self.subject)

    def joined(self, newer: Ticket) -> Ticket:
        """This ticket and a newer request for the same work as one: the more urgent, the earlier, both loads."""
        join = getattr(self.load, "joined", None)
        load = join(newer.load) if join is not None and newer.load is not None else newer.load or self.load
        return replace(
            self,
            priority=min(self.priority, newer.priority),
            not_before_s=min(self.not_before_s, newer.not_before_s),
            load=load,
            weight=max(self.weight, newer.weight),
        )
