"""Stretch: which books a provider is asked for next; what a ticket of its errand carries."""

from __future__ import annotations

from dataclasses import dataclass

END = 2**62  # behind every book


@dataclass(frozen=True, slots=True)
class Stretch:
    """A walk along the books in id order, from behind `at` to their end, and another from behind `anew` after it.

    A book that is written in front of the walk is met by it, so that a first scan is walked along once.
    """

    at: int | None = None
    anew: int | None = None

    @property
    def start(self) -> int:
        """The book behind which it goes on."""
        return self.at if self.at is not None else self.anew or 0

    def joined(self, newer: Stretch) -> Stretch:
        """Both walks: the one that is under way, and where it leaves some behind one more."""
        under_way = [one.at for one in (self, newer) if one.at is not None]
        wanted = [one.anew for one in (self, newer) if one.anew is not None]
        at, anew = min(under_way, default=None), min(wanted, default=None)
        if at is not None and anew is not None and anew >= at:
            anew = None
        return Stretch(at, anew)

    def behind(self, book_id: int) -> Stretch:
        """The same walk when it has come so far."""
        return Stretch(book_id, self.anew if self.at is not None else None)
