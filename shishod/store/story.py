"""The story of a file, told on in the statement that changes its row: it costs no statement of its own."""

from typing import Any

from sqlalchemy import ColumnElement, case, func, literal_column

from shishod.model.story import KEPT

_NOTHING: ColumnElement[str] = literal_column("''")


def told_on(story: ColumnElement[Any], line: ColumnElement[Any]) -> ColumnElement[Any]:
    """A story with one line more, cut at its front to what is kept; binds no value, so that any shape may use it."""
    longer = func.coalesce(story, _NOTHING).concat(line)
    too_much = func.length(longer) - literal_column(str(KEPT))
    begin = case((too_much > literal_column("0"), too_much + literal_column("1")), else_=literal_column("1"))
    return func.substr(longer, begin)
