"""Tiers: which states a scan acts on, and how deep it looks."""

from enum import StrEnum

from shishod.model.state import State


class Look(StrEnum):
    """How much of the disk a walk touches. None of them re-reads unchanged content."""

    PEEK = "peek"  # folder times only
    QUICK = "quick"  # folder times, and a stat of every known file
    FULL = "full"  # list and stat everything
    NONE = "none"  # the catalogue alone


class Tier(StrEnum):
    """PEEK, QUICK and FULL walk the disk; REFRESH takes what grew old in the catalogue."""

    PEEK = "peek"
    QUICK = "quick"
    REFRESH = "refresh"
    FULL = "full"

    @property
    def look(self) -> Look:
        return Look.NONE if self is Tier.REFRESH else Look(self.value)

    @property
    def acts_on(self) -> frozenset[State]:
        if self is Tier.REFRESH:
            return frozenset({State.STALE})
        return frozenset({State.NEW, State.CHANGED})
