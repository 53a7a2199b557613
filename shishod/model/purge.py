"""Purging: which of the files that are gone are to be forgotten, and what that came to."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PurgeOrder:
    """Forget files that are MISSING since before a moment, and books that have no file left.

    Never under a root that is not ONLINE, or was not looked over as a whole since it came back: its files may be there.
    A book of which the user has said something is kept, with its files, unless `with_edits`. A `rehearsal` changes
    nothing and tells what would be.
    """

    before: datetime
    library: str | None = None
    book_id: int | None = None
    with_edits: bool = False
    rehearsal: bool = False


@dataclass(frozen=True, slots=True)
class Purged:
    """What was forgotten: file rows, books, and names that no book mentions any more; and what was kept, in files."""

    files: int = 0
    books: int = 0
    names: int = 0
    kept_edited: int = 0  # the last files of books with the user's own words
    kept_away: int = 0  # under roots that are not to be believed now
