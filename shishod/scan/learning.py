"""Learner: what web catalogues found of a book, written with what is believed of it from then on. It reads no file."""

from collections.abc import Sequence
from dataclasses import replace

from shishod.errors import Refused
from shishod.model.catalog import HeldBook, Recorder
from shishod.model.finding import Asked, Found, question_of
from shishod.model.metadata import Finding
from shishod.model.updates import RelationshipUpdates
from shishod.scan.edits import Held, merged, retold


class Learner:
    """Shared: by all who ask the web. A scan, an edit and a finding of one book may meet; whoever comes second merges
    anew."""

    def __init__(self, catalog: Held, recorder: Recorder) -> None:
        self._catalog = catalog
        self._recorder = recorder

    def ask(self, book_id: int) -> Asked | None:
        """A book as it may be asked for: what is known of it without the web, the user's own words included."""
        held = self._catalog.held_book(book_id)
        if held is None:
            return None
        known = merged(held, held.words, ())
        return Asked(question_of(book_id, held.kind, known), held.frozen, held.standings)

    def learn(self, book_id: int, found: Sequence[Found]) -> bool:
        """Write what was found and the book as it is believed with it, as one transaction.

        False, with nothing written, for a book that is gone or frozen. Raises Refused for what the catalogue does not
        take, Unreachable when it does not answer.
        """
        while (held := self._catalog.held_book(book_id)) and not held.frozen:
            (saved,) = self._recorder.record([learnt(held, found)])
            if saved.error is not None:
                raise Refused(f"the catalogue did not take what was found: {saved.error}; the book is as it was")
            if not saved.overtaken:
                return True
        return False


def learnt(held: HeldBook, found: Sequence[Found]) -> RelationshipUpdates:
    """The book as it is believed with what was found, and no file of it touched."""
    updates = retold(held, merged(held, held.words, _believed(held, found)))
    return replace(updates, found=tuple(found))


def _believed(held: HeldBook, found: Sequence[Found]) -> list[Finding]:
    """What is believed of the web with what was just found, the most believed provider first."""
    standings = {**held.standings, **{one.provider: one for one in found}}
    ranked = sorted(standings.values(), key=lambda one: (one.rank, one.provider))
    return [finding for one in ranked if (finding := one.believed) is not None]
