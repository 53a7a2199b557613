"""A tree of many small files, for what does not depend on what is in them: the walk, and what is known of them."""

import os
from collections.abc import Callable
from pathlib import Path

from tests.bench.library import WRITTEN_AT, Shelf

FILES_IN_A_FOLDER = 3
BESIDE = ("cover.png", "metadata.opf", "desc.txt")
BOOK = (
    '<?xml version="1.0" encoding="utf-8"?><FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0"><description>'
    "<title-info><author><first-name>Ann</first-name><last-name>Author {author}</last-name></author>"
    "<book-title>Book {number}</book-title><lang>en</lang></title-info></description><body><section><p>It is short."
    "</p></section></body></FictionBook>"
)


def make_bare(root: Path, files: int) -> Shelf:
    """Write the tree, or take the one that an earlier run finished there: each file is a book of its own."""

    def write(folder: Path, number: int) -> None:
        path = folder / f"Book {number:06}.fb2"
        path.write_text(BOOK.format(author=number // FILES_IN_A_FOLDER, number=number), encoding="utf-8")
        os.utime(path, (WRITTEN_AT, WRITTEN_AT))

    return _made(root, files, books=files, write=write)


def make_silent(root: Path, files: int) -> Shelf:
    """The same of files that are of no book, as they lie beside none: each is remembered and looked at like a book's,
    and a tree of a million is known after minutes, as nothing in it is read. They take room on the disk for folders
    alone.
    """

    def write(folder: Path, number: int) -> None:
        path = folder / BESIDE[number % FILES_IN_A_FOLDER]
        opened = os.open(path, os.O_WRONLY | os.O_CREAT)
        os.truncate(opened, 1)  # an empty one would be waited for
        os.utime(opened, (WRITTEN_AT, WRITTEN_AT))
        os.close(opened)

    return _made(root, files, books=0, write=write)


def _made(root: Path, files: int, *, books: int, write: Callable[[Path, int], None]) -> Shelf:
    done = root.with_name(f"{root.name}.done")
    folders = -(-files // FILES_IN_A_FOLDER)
    if not done.exists():
        for number in range(files):
            folder = root / f"{number // 300:04}" / f"Author {number // FILES_IN_A_FOLDER:06}"
            if number % FILES_IN_A_FOLDER == 0:
                folder.mkdir(parents=True, exist_ok=True)
            write(folder, number)
        size = 0
        for folder_name, _, names in os.walk(root, topdown=False):
            size += sum(os.stat(os.path.join(folder_name, name)).st_size for name in names)
            os.utime(folder_name, (WRITTEN_AT, WRITTEN_AT))
        done.write_text(str(size), encoding="ascii")
    every = folders + -(-files // 300) + 1
    return Shelf(str(root), books, books, files, every, int(done.read_text(encoding="ascii")))
