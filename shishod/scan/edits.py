"""Editor: the operator's words on a book, written with what is believed of it from then on. It reads no file."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from shishod.errors import Refused
from shishod.model.catalog import HeldBook, Recorder
from shishod.model.merge import merge
from shishod.model.metadata import Finding, Metadata, Reading, UserWord, load_reading
from shishod.model.parts import Part, in_order
from shishod.model.updates import RelationshipUpdates
from shishod.model.words import Wording, reworded
from shishod.scan.brief import Brief
from shishod.scan.drafting import key_of, part_of, said_by_path


class Held(Protocol):
    """The part of the Catalog that an edit needs."""

    def held_book(self, book_id: int) -> HeldBook | None: ...


class Editor:
    """Shared: by every face. An edit and a scan of the same book may meet; whoever comes second merges anew."""

    def __init__(self, catalog: Held, recorder: Recorder) -> None:
        self._catalog = catalog
        self._recorder = recorder

    def edit(self, book_id: int, wording: Wording) -> bool:
        """Write the words and the book as it is with them, as one transaction; False where there is no such book.

        Raises Refused for what the catalogue does not take, Unreachable when it does not answer.
        """
        while held := self._catalog.held_book(book_id):
            (saved,) = self._recorder.record([edited(held, wording)])
            if saved.error is not None:
                raise Refused(f"the catalogue did not take it: {saved.error}; the book is as it was")
            if not saved.overtaken:
                return True
        return False


def told_by(held: HeldBook) -> tuple[list[Part], Reading]:
    """What a book is merged of besides the user's words: its files in their order, and what its path says."""
    parts = in_order([part_of(path, load_reading(packed)) for path, packed in held.readings.items()])
    return parts, said_by_path(Brief(key_of(held.key, held.root.path), held.kind, held.root.kind))


def edited(held: HeldBook, wording: Wording) -> RelationshipUpdates:
    """The book with its words changed, and no file of it touched."""
    words = reworded(held.words, wording, merged(held, held.words, held.findings))
    return replace(retold(held, merged(held, words, held.findings)), words=words)


def merged(held: HeldBook, words: Sequence[UserWord], findings: Sequence[Finding]) -> Metadata:
    """What is believed of a book with these words and findings, and with what its files said when they were read."""
    parts, path = told_by(held)
    return merge(parts, words, path, findings)


def retold(held: HeldBook, metadata: Metadata) -> RelationshipUpdates:
    """The book as it lies, with something else believed of it."""
    return RelationshipUpdates(
        library_id=held.root.library_id,
        root_id=held.root.id,
        key=held.key,
        kind=held.kind,
        metadata=metadata,
        files=(),
        rule=held.rule,
        book_id=held.book_id,
        revision=held.revision,
    )
