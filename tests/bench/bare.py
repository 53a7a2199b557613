"""A tree of many small files, for what does not depend on what is in them: the walk, and what is known of them."""

import os
from pathlib import Path

from tests.bench.library import WRITTEN_AT, Shelf

FILES_IN_A_FOLDER = 3
BOOK = (
    '<?xml version="1.0" encoding="utf-8"?><FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0"><description>'
    "<title-info><author><first-name>Ann</first-name><last-name>Author {author}</last-name></author>"
    "<book-title>Book {number}</book-title><lang>en</lang></title-info></description><body><section><p>It is short."
    "</p></section></body></FictionBook>"
)


def make_bare(root: Path, files: int) -> Shelf:
    """Write the tree, or take the one that an earlier run finished there: each file is a book of its own."""
    done = root.with_name(f"{root.name}.done")
    size = 0
    folders = -(-files // FILES_IN_A_FOLDER)
    if not done.exists():
        for number in range(files):
            folder = root / f"{number // 300:04}" / f"Author {number // FILES_IN_A_FOLDER:06}"
            if number % FILES_IN_A_FOLDER == 0:
                folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"Book {number:06}.fb2"
            size += path.write_text(BOOK.format(author=number // FILES_IN_A_FOLDER, number=number), encoding="utf-8")
            os.utime(path, (WRITTEN_AT, WRITTEN_AT))
        for folder_name, _, _ in os.walk(root, topdown=False):
            os.utime(folder_name, (WRITTEN_AT, WRITTEN_AT))
        done.write_text(str(size), encoding="ascii")
    return Shelf(str(root), files, files, files, folders + -(-files // 300) + 1, int(done.read_text(encoding="ascii")))
