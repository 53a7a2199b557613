"""CoverDesk: the picture that a face may show for a book, or the reason why there is none."""

from pathlib import Path
from typing import NamedTuple

from shishod.errors import Refused
from shishod.model.catalog import Shelf
from shishod.model.covers import SMALL
from shishod.operations.ports import Probes


class Picture(NamedTuple):
    """`tag` changes with the picture. `content` is None for who knows that one already."""

    tag: str
    mime: str
    content: bytes | None


class CoverDesk:
    """Shared: by every face. Reads the cache of covers and the catalogue, never a library."""

    def __init__(self, shelf: Shelf, probes: Probes) -> None:
        self._shelf = shelf
        self._probes = probes

    def picture(self, book_id: int, *, small: bool = False, known: str = "") -> Picture:
        """A book's cover, or the small form of it; `known` names tags of what need not be read.

        Raises Refused, in words for the operator, where there is nothing to show.
        """
        state = self._shelf.cover_of(book_id)
        if state is None:
            if self._shelf.book(book_id) is None:
                hint = "`shishoctl books` lists them with their numbers"
                raise Refused(f"there is no book {book_id}", "not-found", hint)
            raise Refused(f"book {book_id} has no cover", "not-found", "a picture cover.jpg beside it would be one")
        if state.text:
            hint = "it is tried again when the file changes"
            raise Refused(f"the cover of book {book_id} could not be taken: {state.text}", "not-found", hint)
        path = self._probes.picture(state, small)
        if path is None or state.digest is None:
            raise _not_yet(book_id)
        lessened = path.endswith(f".{SMALL}")
        tag = f'"{state.digest.hex()}{"-thumb" if lessened else ""}"'
        mime = "image/jpeg" if lessened else f"image/{state.form}"
        if tag in known or known == "*":
            return Picture(tag, mime, None)
        try:
            return Picture(tag, mime, Path(path).read_bytes())
        except FileNotFoundError as error:  # it was replaced this moment
            raise _not_yet(book_id) from error


def _not_yet(book_id: int) -> Refused:
    hint = "covers are taken between scans; `shishoctl status` says how many are left"
    return Refused(f"the cover of book {book_id} is not taken yet", "not-found", hint)
