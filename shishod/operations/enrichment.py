"""What a face may ask of enrichment: who is asked and how they are, to ask now, to choose, and to leave books alone."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from shishod.errors import Refused
from shishod.model.finding import Found
from shishod.model.words import FIELDS, value_of

Row = dict[str, Any]
_OFF = "no web catalogue is on, so nothing was asked"
_HOW = "name some under enrich.providers, with your enrich.contact, and restart the daemon"
MOST_SHOWN = 20  # books of a dry run, each of which may wait for its providers


class WebRoom(Protocol):
    """Enrichment as it runs."""

    def providers(self) -> list[Row]: ...
    def states(self) -> dict[str, str]: ...
    def request(self, book_ids: Sequence[int], provider: str | None) -> int: ...
    def preview(self, book_id: int, provider: str | None) -> list[Found]: ...
    def choose(self, book_id: int, provider: str, candidate: str) -> bool: ...


class WebDesk:
    """Shared: by every face. What asks the web takes as long as that does; the rest are short calls."""

    def __init__(
        self, web: WebRoom | None, book: Callable[[int], Row], freeze: Callable[[Sequence[int], bool], int]
    ) -> None:
        self._web = web
        self._book = book
        self._freeze = freeze

    def providers(self) -> list[Row]:
        """Each provider that is on: how it is, how full its window is, and how books stand with it; empty for none."""
        return [] if self._web is None else self._web.providers()

    def states(self) -> dict[str, str]:
        """Each provider that is on, with what keeps it from being asked, "" for nothing; asks the memory alone."""
        return {} if self._web is None else self._web.states()

    def enrich(self, book_ids: Sequence[int], provider: str | None) -> Row:
        """Have these books asked for, else all that lack something; it is done in the background."""
        web = self._on()
        for book_id in book_ids:
            self._thawed(book_id)
        return {"requested": web.request(book_ids, provider), "all": not book_ids}

    def preview(self, book_ids: Sequence[int], provider: str | None) -> list[Row]:
        """What would be found of these books; nothing of it is written."""
        web = self._on()
        if not 0 < len(book_ids) <= MOST_SHOWN:
            raise Refused(f"name 1 to {MOST_SHOWN} books for a dry run: each of them is asked for while you wait")
        rows = []
        for book_id in book_ids:
            book = self._book(book_id)
            found = [found_row(one) for one in web.preview(book_id, provider)]
            rows.append({"id": book_id, "title": book["title"], "frozen": book["frozen"], "found": found})
        return rows

    def candidates(self, book_id: int) -> Row:
        """What there is to choose from for a book, by provider."""
        book = self._book(book_id)
        return {"id": book_id, "title": book["title"], "authors": book["authors"], "findings": book["findings"]}

    def choose(self, book_id: int, provider: str, candidate: str) -> Row:
        """Believe the operator which work a book is, and tell the book as it is then."""
        self._thawed(book_id)
        self._on().choose(book_id, provider, candidate)
        return self._book(book_id)

    def freeze(self, book_id: int, frozen: bool) -> Row:
        """Leave a book alone, or no more; what was found of it stays."""
        self._book(book_id)
        self._freeze([book_id], frozen)
        return self._book(book_id)

    def _thawed(self, book_id: int) -> None:
        """Refused where there is no such book, or it is to be left alone."""
        if self._book(book_id)["frozen"]:
            raise Refused(f"book {book_id} is frozen; nothing was asked", hint=f"shishoctl unfreeze {book_id}")

    def _on(self) -> WebRoom:
        if self._web is None:
            raise Refused(_OFF, hint=_HOW)
        return self._web


def found_row(found: Found) -> Row:
    """What was found of a book as JSON, with the fields that it would be believed in."""
    said = (found.reading, found.humble)
    told = ((name, one) for name in FIELDS if not FIELDS[name].derived for one in said if one is not None)
    fields = {name: FIELDS[name].kept(value) for name, one in told if (value := value_of(name, one)) is not None}
    return {
        "provider": found.provider,
        "status": str(found.standing),
        "id": found.provider_id,
        "score": round(found.score, 3),
        "reason": found.reason,
        "fields": fields,
        "cover": found.cover_url,
        "candidates": [dict(one) for one in found.candidates],
    }
