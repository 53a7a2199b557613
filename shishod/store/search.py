"""Which books a query means, as conditions; the same on both databases."""

from sqlalchemy import ColumnElement, Select, case, func, not_, select

from shishod.errors import Refused
from shishod.model.book import FileRole
from shishod.model.catalog import BookQuery
from shishod.model.fit import fold
from shishod.model.state import State
from shishod.store.review import is_complete
from shishod.store.tables import books, libraries, media_files, roots
from shishod.store.webtables import findings

_RANKS = (
    State.ERROR,
    State.PROCESSING,
    State.NEW,
    State.CHANGED,
    State.STALE,
    State.INDEXED,
    State.MISSING,  # last: a book is missing only when all of its files are
)
_LONGEST = 500
RANK = {state.value: rank for rank, state in enumerate(_RANKS)}


def book_state(states: list[str]) -> str:
    """A book's state is that of the medium most in need of attention; a book without any is missing."""
    return min(states, key=RANK.__getitem__, default=State.MISSING.value)


def named_files(state: State) -> ColumnElement[bool]:
    """The files in a state, of roots that the settings name, by an index alone: a planner that counts states thinks
    that a third of all files is in each, and would look through all of them."""
    other = media_files.alias("in_state").c
    named = select(roots.c.id).where(roots.c.enrolled)
    return media_files.c.id.in_(select(other.id).where(other.root_id.in_(named), other.state == state.value))


def matching(query: BookQuery) -> Select[int]:
    """The ids of a page of books and of one more, in id order. Raises Refused for a search without end."""
    if len(query.words) > _LONGEST:
        raise Refused(f"a search has at most {_LONGEST} characters, this one has {len(query.words)}")
    asked = (
        select(books.c.id)
        .join(roots, roots.c.id == books.c.root_id)
        .where(roots.c.enrolled, books.c.id > query.after)
        .order_by(books.c.id)
        .limit(query.limit + 1)
    )
    for word in fold(query.words).split():
        asked = asked.where(books.c.search_text.contains(word, autoescape=True))
    if query.library is not None:
        asked = asked.join(libraries, libraries.c.id == books.c.library_id).where(libraries.c.name == query.library)
    if query.kind is not None:
        asked = asked.where(books.c.kind == query.kind)
    if query.state is not None:
        asked = asked.where(_rank_of_book() == RANK.get(query.state, -1))
        if query.state in RANK and query.state != State.MISSING:  # it may have no file at all
            asked = asked.where(books.c.id.in_(select(media_files.c.book_id).where(named_files(State(query.state)))))
    if query.complete is not None:
        told = is_complete(query.wanted)
        asked = asked.where(told if query.complete else not_(told))
    if query.web is not None:
        asked = asked.where(books.c.id.in_(select(findings.c.book_id).where(findings.c.status == query.web)))
    return asked


def _rank_of_book() -> ColumnElement[int]:
    files = media_files.c
    media = (files.book_id == books.c.id, files.role == FileRole.MEDIA.value)
    worst = select(func.min(case(RANK, value=files.state))).where(*media).scalar_subquery()
    return func.coalesce(worst, RANK[State.MISSING.value])
