"""Claims: which files are in work, and as part of which book."""

from collections.abc import Iterable

from shishod.model.sighting import Sighting
from shishod.scan.order import BookOrder
from shishod.work.guard import Guarded

Claim = tuple[int, bytes] | tuple[int, int, int]  # a file by root and path, a content by inode, size and time
Book = tuple[int, bytes]  # root, key


class Claims:
    """Shared: by the walkers that ask for books, and the workers that finish them.

    A file may be in work many times for one book and never for two: a track that was taken for a book of its own must
    be recorded as that before it can become part of another. So must a file that moves, under its old name as under its
    new one, and a content with several names, so that its second name finds the first.
    """

    def __init__(self) -> None:
        self._books: Guarded[dict[Claim, tuple[Book, int]]] = Guarded({})

    def take(self, order: BookOrder) -> bool:
        """Claim every file of a book; False, and nothing claimed, while one of them is in work for another book."""
        files, book = _claims(order), (order.root.id, order.key)
        first = book, 1  # nearly every file is in work once
        with self._books as books:
            held = {file: books[file] for file in files if file in books}
            if any(other != book for other, _ in held.values()):
                return False
            for file in files:
                before = books.get(file)
                books[file] = first if before is None else (book, before[1] + 1)
        return True

    def hold(self, root_id: int, seen: Iterable[Sighting]) -> bool:
        """Whether one of these files is in work."""
        with self._books as books:
            return any((root_id, one.path) in books for one in seen)

    def release(self, order: BookOrder) -> None:
        """Give back what `take` claimed; once for each time it was taken."""
        with self._books as books:
            for file in _claims(order):
                book, count = books.pop(file)
                if count > 1:
                    books[file] = book, count - 1


def _claims(order: BookOrder) -> list[Claim]:
    root_id = order.root.id
    files: list[Claim] = [(root_id, seen.path) for seen in order.read]
    contents: list[Claim] = [(seen.inode, seen.size, seen.mtime_ns) for seen in order.read]
    if order.keep or order.sheds or order.origins:
        files += [(root_id, known.path) for known in (*order.keep, *order.sheds)]
        files += [(one.root_id, one.path) for one in order.origins.values()]
        contents += [(known.inode, known.size, known.mtime_ns) for known in order.keep]
    return files + contents
