"""Claims: which files are in work, and as part of which book."""

from collections.abc import Iterable, Iterator

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
        files, book = list(_claims(order)), (order.root.id, order.key)
        with self._books as books:
            if any(books.get(file, (book, 0))[0] != book for file in files):
                return False
            for file in files:
                books[file] = book, books.get(file, (book, 0))[1] + 1
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


def _claims(order: BookOrder) -> Iterator[Claim]:
    yield from ((order.root.id, seen.path) for seen in order.read)
    yield from ((order.root.id, known.path) for known in (*order.keep, *order.sheds))
    yield from ((one.root_id, one.path) for one in order.origins.values())
    yield from ((seen.inode, seen.size, seen.mtime_ns) for seen in order.read)
    yield from ((known.inode, known.size, known.mtime_ns) for known in order.keep)
