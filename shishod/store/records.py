"""Records of single files and folders, for those who ask why something stands as it does."""

from sqlalchemy import and_, exists, or_, select

from shishod.model.book import FileRole
from shishod.model.metadata import Source, load_reading
from shishod.model.record import FileRecord
from shishod.model.signature import KnownFolder
from shishod.model.state import KnownFile
from shishod.model.story import turns_of
from shishod.model.words import Scope, WordedBook
from shishod.store.border import Noun
from shishod.store.dialect import chunks
from shishod.store.memory import KNOWN, as_known, below
from shishod.store.tables import books, field_sources, folders, libraries, media_files, problems, roots
from shishod.store.words import words_of

_file = media_files.c
_MORE = ("role", "last_error", "first_scanned_at", "last_scanned_at", "missing_since", "reading", "story")
_OF_THE_USER = field_sources.c.source == int(Source.USER)
_WORDED = exists().where(field_sources.c.book_id == _file.book_id, _OF_THE_USER)
_SPOKEN_OF = exists().where(field_sources.c.book_id == books.c.id, _OF_THE_USER)


class FileRecords(Noun):
    """Each a query or two, whatever the library's size."""

    def record(self, root_id: int, path: bytes) -> FileRecord | None:
        """What is kept of the file under this path."""
        more = [_file[name] for name in _MORE]
        asked = select(*KNOWN, *more, _WORDED).where(_file.root_id == root_id, _file.path == path)
        with self._reading() as connection:
            row = connection.execute(asked).one_or_none()
        if row is None:
            return None
        known, (role, error, first, last, gone, reading, story, worded) = row[: len(KNOWN)], row[len(KNOWN) :]
        notes = load_reading(reading).notes if reading else ()
        told = (as_known(known), FileRole(role), error or "", first, last, gone)
        return FileRecord(*told, notes, turns_of(story), worded=bool(worded))

    def same_file(self, known: KnownFile) -> list[KnownFile]:
        """The other paths to the content of a file."""
        original = known.duplicate_of or known.id
        same = or_(_file.id == original, _file.duplicate_of == original)
        asked = select(*KNOWN).where(same, _file.id != known.id).order_by(_file.root_id, _file.path)
        with self._reading() as connection:
            return [as_known(row) for row in connection.execute(asked)]

    def files_of(self, book_id: int) -> list[KnownFile]:
        """Every file of a book."""
        asked = select(*KNOWN).where(_file.book_id == book_id).order_by(_file.root_id, _file.path)
        with self._reading() as connection:
            return [as_known(row) for row in connection.execute(asked)]

    def worded(self, scope: Scope) -> list[WordedBook]:
        """The books of a scope of which the user has said something, in the order of their numbers."""
        book = books.c
        asked = select(book.id, book.title).join(roots, roots.c.id == book.root_id).where(roots.c.enrolled)
        asked = asked.where(_SPOKEN_OF).order_by(book.id)
        if scope.library is not None:
            asked = asked.join(libraries, libraries.c.id == book.library_id).where(libraries.c.name == scope.library)
        if scope.places:
            near = [
                and_(_file.root_id == at, or_(_file.path == path, below(_file.path, path))) for at, path in scope.places
            ]
            asked = asked.where(exists().where(_file.book_id == book.id, or_(*near)))
        with self._reading() as connection:
            rows = [(number, title) for number, title in connection.execute(asked)]
            rows = [row for row in rows if not scope.books or row[0] in scope.books]
            said = {
                number: words
                for some in chunks([number for number, _ in rows])
                for number, words in words_of(connection, some).items()
            }
        return [WordedBook(number, title, said[number]) for number, title in rows]

    def folder_record(self, root_id: int, path: bytes) -> tuple[KnownFolder | None, str]:
        """A folder as it was when it was last finished, and what was wrong with it then."""
        folder, problem = folders.c, problems.c
        asked = select(folder.path, folder.mtime_ns, folder.device, folder.packed)
        wrong = select(problem.text).where(problem.root_id == root_id, problem.path == path).order_by(problem.stage)
        with self._reading() as connection:
            row = connection.execute(asked.where(folder.root_id == root_id, folder.path == path)).one_or_none()
            texts = list(connection.scalars(wrong))
        return None if row is None else KnownFolder(*row), "; ".join(texts)
