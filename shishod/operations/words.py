"""What a face may do with the operator's own words on a book: set, clear and unset fields, lock and unlock them."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shishod.errors import Refused
from shishod.model.metadata import UserWord
from shishod.model.words import CLEARED, FIELDS, NEVER_EMPTY, Wording
from shishod.operations.fields import Said, value_said

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class EditWish:
    """What the operator says of one book at once, by fields; `lock` and `unlock` are None for all of them."""

    set: Mapping[str, Said] = field(default_factory=dict)
    clear: tuple[str, ...] = ()
    unset: tuple[str, ...] = ()
    lock: tuple[str, ...] | None = ()
    unlock: tuple[str, ...] | None = ()


class WordDesk:
    """Shared: by every face. Asks the catalogue alone; no file of the book is looked at."""

    def __init__(self, write: Callable[[int, Wording], bool], book: Callable[[int], Row]) -> None:
        self._write = write
        self._book = book

    def edit(self, book_id: int, wish: EditWish) -> Row:
        """Write all that is wished, or nothing, and tell the book as it is then.

        Raises Refused with every fault: a field that there is not, a value that it cannot have, a field named twice.
        """
        wording = wording_of(wish)
        self._write(book_id, wording)
        return self._book(book_id)  # which says it where there is none


def wording_of(wish: EditWish) -> Wording:
    """The wish in the words of the model. Raises Refused with every fault in it."""
    lock = set(_lockable() if wish.lock is None else wish.lock)
    unlock = set(FIELDS if wish.unlock is None else wish.unlock)
    faults = [*_misnamed(wish), *(f"{name}: a book must be called something" for name in NEVER_EMPTY & {*wish.clear})]
    said = [UserWord(name, None, CLEARED) for name in wish.clear]
    for name in wish.set.keys() & FIELDS.keys():
        try:
            said.append(UserWord(name, value_said(name, wish.set[name])))
        except Refused as fault:
            faults.append(f"{name}: {fault}")
    if faults:
        unknown = any(name not in FIELDS for name in _named(wish))
        hint = f"the fields are: {', '.join(FIELDS)}; nothing was written" if unknown else "nothing was written"
        raise Refused("; ".join(sorted(faults)), hint=hint)
    if not (said or wish.unset or lock or unlock):
        raise Refused("nothing is said of the book", hint=f"the fields are: {', '.join(FIELDS)}")
    return Wording(tuple(said), frozenset(wish.unset), frozenset(lock), frozenset(unlock))


def _lockable() -> Iterable[str]:
    return (name for name, one in FIELDS.items() if not one.derived)


def _named(wish: EditWish) -> Iterable[str]:
    return (*wish.set, *wish.clear, *wish.unset, *(wish.lock or ()), *(wish.unlock or ()))


def _misnamed(wish: EditWish) -> Iterable[str]:
    for name, times in Counter(_named(wish)).items():
        if name not in FIELDS:
            yield f"{name[:40]}: there is no such field"
        elif times > 1:
            yield f"{name}: it is named {times} times, and one thing can be said of it at once"
