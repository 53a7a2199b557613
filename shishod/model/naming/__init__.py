"""What folders and names say of a book, by grammars in tables: the lowest source, and the only one that guesses.

A pattern that is in doubt says nothing, for a wrong guess is worse than none.
"""

import unicodedata

from shishod.model.book import BookKind
from shishod.model.library import LibraryKind
from shishod.model.naming.comics import words_of_issue
from shishod.model.naming.shelves import words_of_book
from shishod.model.naming.video import words_of_video
from shishod.model.naming.words import PathWords, reading_of
from shishod.paths import display

__all__ = ["PathWords", "reading_of", "words_of"]


def words_of(path: bytes, kind: BookKind, shelf: LibraryKind = LibraryKind.MIXED) -> PathWords:
    """What a path below its root says of the book there, by the book's kind and what its library is said to hold.

    `path` is a file's, with its ending or without; it ends in "/" for a folder that is one book, and has "//" before
    the name that a run of tracks in a folder of several has (as the keys of groups are written).
    """
    text = unicodedata.normalize("NFC", display(path))  # macOS writes an accent apart from its letter
    if shelf is LibraryKind.MUSIC or kind is BookKind.ALBUM or not text.strip("/"):
        return PathWords()
    if kind is BookKind.EPISODE or shelf is LibraryKind.SHOWS:
        return words_of_video(text, episode=True)
    if kind is BookKind.MOVIE or shelf is LibraryKind.MOVIES:
        return words_of_video(text, episode=False)
    folders = [one for one in text.split("/") if one]
    name = folders.pop()
    if kind is BookKind.COMIC or (shelf is LibraryKind.COMICS and kind is BookKind.EBOOK):
        return words_of_issue(folders, name)
    return words_of_book(folders, name, folder=text.endswith("/"), tracks=kind is BookKind.AUDIOBOOK)
