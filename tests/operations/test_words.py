"""What can be said of a book's fields, and what is answered to what cannot."""

from typing import Any

import pytest

from shishod.errors import Refused
from shishod.model.book import Contribution, Identifier, Role, SeriesEntry
from shishod.model.metadata import UserWord
from shishod.model.words import CLEARED, FIELDS, Wording
from shishod.operations import EditWish
from shishod.operations.fields import Said, value_said
from shishod.operations.words import WordDesk, wording_of


@pytest.mark.parametrize(
    ("field", "said", "value"),
    [
        ("title", "  The \n Island ", "The Island"),
        ("title", ["Alone"], "Alone"),
        ("authors", "Verne, Jules; Ann Other", (Contribution("Verne, Jules"), Contribution("Ann Other"))),
        ("authors", ["One; of a kind", "Two"], (Contribution("One; of a kind"), Contribution("Two"))),
        ("authors", "Ann; ANN; ", (Contribution("Ann"),)),
        ("narrators", "Nell", (Contribution("Nell", Role.NARRATOR),)),
        ("series", "Voyages #3", (SeriesEntry("Voyages", "3"),)),
        ("series", "Voyages #1.5; Others", (SeriesEntry("Voyages", "1.5"), SeriesEntry("Others"))),
        ("series", "Omnibus #1-3", (SeriesEntry("Omnibus", "1-3"),)),
        ("series", "Number #One", (SeriesEntry("Number #One"),)),
        ("tags", "sea, deep; islands", ("sea, deep", "islands")),
        ("date", "1875", "1875"),
        ("date", "12 May 1875", "1875-05-12"),
        ("language", "pt_BR", "pt-BR"),
        ("language", "Deutsch", "de"),
        ("identifiers", "0-306-40615-2", (Identifier("isbn", "9780306406157"),)),
        ("identifiers", "asin:b002v0qk4c; shelf:A 12", (Identifier("asin", "B002V0QK4C"), Identifier("shelf", "A 12"))),
        ("description", "<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
        ("season", " 02", 2),
        ("season", "0", 0),
        ("abridged", "Yes", True),
        ("abridged", False, False),
    ],
)
def test_a_value_is_understood_as_a_reader_would_say_it(field: str, said: Said, value: object):
    assert value_said(field, said) == value


@pytest.mark.parametrize(
    ("field", "said", "fault"),
    [
        ("title", " ", "nothing is said; `clear` keeps it empty"),
        ("title", ["One", "Two"], "it has one value, not 2"),
        ("title", "x" * 501, "longer than 500 characters"),
        ("authors", " ; ", "nothing is said"),
        ("authors", True, "it is a list of names"),
        ("series", "Voyages #3rd", '"3rd" is no place in a series'),
        ("date", "03/04/1999", '"03/04/1999" is no date, or could be two; write 1999'),
        ("date", "1999-13", "is no date"),
        ("language", "klingonish", '"klingonish" is no language'),
        ("language", "qq", "is no language"),
        ("identifiers", "isbn:9780306406158", "9780306406158 is no ISBN: its last digit does not agree"),
        ("identifiers", "isbn:97803064061", "it has 11 digits, not 10 or 13"),
        ("identifiers", "isbn:unknown", "it is not made of digits"),
        ("identifiers", "asin:1", "1 is no ASIN"),
        ("identifiers", "whatever", "does not say what it is"),
        ("season", "two", "write its number"),
        ("abridged", "perhaps", '"perhaps" is neither yes nor no'),
        ("description", "", "nothing is said"),
    ],
)
def test_what_cannot_be_is_refused_with_what_is_wrong(field: str, said: Said, fault: str):
    with pytest.raises(Refused) as refused:
        value_said(field, said)

    assert fault in str(refused.value)


def test_every_field_can_be_set():
    said = {"abridged": "yes", "season": "2", "date": "1999", "language": "en", "identifiers": "doi:10.1000/1"}

    assert all(value_said(field, said.get(field, "Something")) for field in FIELDS)


def test_all_faults_are_told_at_once_with_the_fields_that_there_are():
    wish = EditWish({"date": "soon", "colour": "red"}, clear=("title", "date"), lock=("sound",))

    with pytest.raises(Refused) as refused:
        wording_of(wish)

    told = str(refused.value).split("; ")
    assert [fault.partition(":")[0] for fault in told if ":" in fault] == ["colour", "date", "date", "sound", "title"]
    assert refused.value.hint.startswith("the fields are: title, sort_title, subtitle, authors")


def test_a_wrong_value_is_told_without_the_fields_that_there_are():
    with pytest.raises(Refused) as refused:
        wording_of(EditWish({"date": "soon"}))

    assert refused.value.hint == "nothing was written"


def test_nothing_said_is_refused():
    with pytest.raises(Refused, match="nothing is said of the book"):
        wording_of(EditWish())


def test_a_lock_of_all_leaves_the_sort_title_to_follow_the_title():
    wording = wording_of(EditWish(lock=None))

    assert wording.locked == FIELDS.keys() - {"sort_title"}
    assert wording_of(EditWish(unlock=None)).unlocked == FIELDS.keys()


def test_an_edit_is_written_and_the_book_told_as_it_is_then():
    written: list[tuple[int, Wording]] = []
    book: dict[str, Any] = {"id": 3, "title": "Mine"}

    def write(book_id: int, wording: Wording) -> bool:
        written.append((book_id, wording))
        return True

    told = WordDesk(write, lambda _: book).edit(3, EditWish({"title": "Mine"}, clear=("date",), unset=("tags",)))

    said = (UserWord("date", None, CLEARED), UserWord("title", "Mine"))
    assert (told, written) == (book, [(3, Wording(said, frozenset({"tags"})))])
