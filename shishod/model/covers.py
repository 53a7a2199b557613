"""Covers taken out of files into a cache of ours: what is due, what was taken, and what can be shown; frozen values."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from shishod.model.book import BookKind
from shishod.model.library import Root
from shishod.model.state import KnownFile

SMALL = "thumb.jpeg"  # the ending of every small form
HEIGHT = 480  # pixels, of a small form
WIDEST = 2 * HEIGHT  # a banner is made lower instead


class CoverDue(NamedTuple):
    """A located cover that was not taken yet, and the file that it lies in, as it is known."""

    book_id: int
    file: KnownFile
    member: str


class CoverTaken(NamedTuple):
    """What became of one that was due: a picture by the digest of its bytes, or the reason why there is none."""

    due: CoverDue
    digest: bytes | None = None
    form: str = ""
    width: int | None = None
    height: int | None = None
    reason: str = ""
    text: str = ""


class CoverState(NamedTuple):
    """What there is to show of a book's cover; neither digest nor text where it is still to be taken."""

    digest: bytes | None
    form: str
    text: str
    width: int | None = None
    height: int | None = None


class Covers(Protocol):
    """What taking covers asks of the catalogue. All raise Unreachable."""

    def roots(self) -> tuple[Root, ...]:
        """The roots of the last `enrol`, as they stand."""

    def covers_due(self, after: int, limit: int) -> list[CoverDue]:
        """Covers not taken yet that lie in files which can be believed, in the order of their books."""

    def write_covers(self, taken: Sequence[CoverTaken], now: datetime) -> int:
        """Store what became of covers whose place and file are still as they were; how many."""

    def cover_of(self, book_id: int) -> CoverState | None:
        """A book's cover; None where none is located."""

    def covers_shown(self) -> Mapping[bytes, str]:
        """The digest of every picture that some book shows, with its form."""

    def spoil(self, digest: bytes, reason: str, text: str) -> int:
        """A picture cannot be shown after all, for this reason: no book shows it; how many books that is."""

    def retake(self, digests: Collection[bytes]) -> int:
        """Pictures are gone from the cache: they are due again; how many books that is."""


def is_small(width: int, height: int) -> bool:
    """Whether a picture of so many pixels is its own small form."""
    return height <= HEIGHT and width <= WIDEST


class PictureDue(NamedTuple):
    """A picture of a web catalogue that a book may show, and was not fetched yet."""

    book_id: int
    provider: str
    url: str


class PictureHung(NamedTuple):
    """What became of one: a picture in the gallery by its digest, or the reason why there is none."""

    due: PictureDue
    digest: bytes | None = None
    form: str = ""
    width: int | None = None
    height: int | None = None
    text: str = ""


ENOUGH = 1000  # pixels: a cover of a book's own that is as high is left as it is


def may_be_upgraded(kind: BookKind, member: str | None, height: int | None) -> bool:
    """Whether a book may show a picture of the web instead of its own cover, which lies in `member`, None for no cover.

    Never where the cover is a page of the book, as that of a comic, and never where it is a file beside the book, which
    somebody has put there.
    """
    if kind is BookKind.COMIC:
        return False
    if member is None:
        return True
    return member != "" and not member.startswith("page ") and (height or 0) < ENOUGH


def is_larger(own: CoverState | None, width: int | None, height: int | None) -> bool:
    """Whether a picture of so many pixels is worth showing instead of a book's own."""
    if own is None or own.digest is None:
        return own is None or bool(own.text)  # one that is still to be taken is waited for
    return (width or 0) * (height or 0) > (own.width or 0) * (own.height or 0)


def file_name(digest: bytes, ending: str) -> str:
    """Where a picture lies in the cache: in one of 16 folders, for a file system seeks a place for each new folder."""
    name = digest.hex()
    return f"{name[0]}/{name}.{ending}"
