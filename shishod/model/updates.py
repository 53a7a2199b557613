"""RelationshipUpdates: everything that one book's transaction will change."""

from dataclasses import dataclass, field
from datetime import datetime

from shishod.model.book import BookKind, Contribution, FileRole, NameKind, Technical
from shishod.model.draft import Draft, Mention, draft_of
from shishod.model.finding import Found
from shishod.model.fit import shown
from shishod.model.metadata import Metadata, Reading, UserWord
from shishod.model.moves import Folder
from shishod.model.sighting import Sighting
from shishod.model.state import State


@dataclass(frozen=True, slots=True)
class FileError:
    """Why a file is in ERROR. `retry_at` None: not again until the file or its reader changes."""

    reason: str  # a short stable word
    text: str
    stage: str = "read"  # stat | read | limit | crash
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the row of a file that moved is still: it moves along only if it is there when the book is written.

    `same` is False for one that is read anew, for what it holds may be another content than the one that was hashed.
    """

    file_id: int
    root_id: int
    path: bytes
    same: bool = True


@dataclass(frozen=True, slots=True)
class FileUpdate:
    """One file's row as it will be. `reading` None keeps the stored one: the file was not read this time.

    `said` is that reading unpacked, for who asks more of it; no row holds it.
    """

    seen: Sighting
    state: State  # INDEXED or ERROR; CHANGED where it is still to be read and counts as it was meanwhile
    format: str = ""
    reader: str = ""
    parser_version: int = 0
    reading: bytes | None = None
    position: int = 0
    narrators: tuple[Contribution, ...] = ()
    technical: Technical = field(default_factory=Technical)
    error: FileError | None = None
    error_count: int = 0  # consecutive failures, this one included
    read_ms: int | None = None  # how long the reader took
    role: FileRole = FileRole.MEDIA
    origin: Origin | None = None
    said: Reading | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class RelationshipUpdates:
    """One book, one transaction: its row, its files, and every relation replaced by what stands here.

    `book_id` is the book these files belonged to, None for a new one; `key` is its natural key in the root, so that
    two transactions that both think it new make one row. `metadata` None: nothing of it could be read, so only file
    rows are written. `absorbs` are books whose last file is now this book's; they end in the same transaction. `sheds`
    are rows of files that lie beside the book and are its own no more; they are forgotten. `parts_from` are books that
    some of these files were of and that live on with others: if one holds the key, the key is this book's now, and all
    of them are to be merged without these files.

    `revision` is that of the row whose words and readings were merged: where it is another by now, the book is left
    alone, for somebody has said something meanwhile. `words` are all that the user says of it from now on, None where
    that stays as it is. `found` is what web catalogues were just asked; what others said of it before stays. Without
    `files` only what is believed is written, and where the book lies stays as it is. `planned_at` is when its files
    were told: where it was written meanwhile of more, a new one is out of date, and one that was known is merged anew.
    """

    library_id: int
    root_id: int
    key: bytes
    kind: BookKind
    metadata: Metadata | Draft | None
    files: tuple[FileUpdate, ...]
    rule: str = ""  # why these files are one book
    book_id: int | None = None
    absorbs: tuple[int, ...] = ()
    sheds: tuple[int, ...] = ()
    parts_from: tuple[int, ...] = ()
    revision: int | None = None
    words: tuple[UserWord, ...] | None = None
    found: tuple[Found, ...] = ()
    planned_at: datetime | None = None


def mentions_of(book: RelationshipUpdates) -> list[Mention]:
    """Every name that a book shares with others, as it is stored; some may be said twice."""
    said = [] if book.metadata is None else draft_of(book.metadata).mentions()
    for file in book.files:
        if file.narrators:
            said += [(NameKind.PERSON, shown(one.name), shown(one.sort_name)) for one in file.narrators]
    return said


@dataclass(frozen=True, slots=True)
class SavedBook:
    """The outcome for one RelationshipUpdates, in the order given: an id, or the reason that the database gave.

    `rest` are the folders of what is left of the books that it parts from, where they are to be merged without it, and
    its own where it has more than it says. One that was `overtaken` was not written, and is to be merged anew; as the
    book `book_id`, where that is told. Of one that is `outdated` nothing was written, and its place is to be looked at
    again.
    """

    book_id: int | None
    created: bool = False
    error: str | None = None
    rest: frozenset[Folder] = frozenset()
    overtaken: bool = False
    outdated: bool = False
