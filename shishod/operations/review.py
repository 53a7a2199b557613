"""What a face may ask of completeness: how a book stands, and the operator's own word on it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from shishod.model.catalog import BookQuery
from shishod.model.review import Review, Reviews

Row = dict[str, Any]


class ReviewDesk:
    """Shared: by every face. Asks the catalogue alone."""

    def __init__(self, catalog: Reviews, wanted: Sequence[str], book: Callable[[int], Row]) -> None:
        self._catalog = catalog
        self._wanted = tuple(dict.fromkeys(wanted))
        self._book = book

    def asked(self, query: BookQuery) -> BookQuery:
        """A query with the fields that completeness goes by."""
        return query if query.complete is None else replace(query, wanted=self._wanted)

    def told(self, rows: Sequence[Row]) -> list[Row]:
        """Books with how each stands."""
        reviews = self._catalog.reviews([row["id"] for row in rows], self._wanted) if rows else {}
        return [row | {"review": _review_row(reviews[row["id"]])} if row["id"] in reviews else row for row in rows]

    def review(self, book_id: int, word: bool | None) -> Row:
        """Keep the operator's word on a book until he takes it back, and tell the book. Raises Refused where there is
        no such book."""
        self._catalog.review(book_id, word)
        return self._book(book_id)


def _review_row(review: Review) -> Row:
    return {"complete": review.complete, "lacks": list(review.lacks), "by_you": review.word is not None}
