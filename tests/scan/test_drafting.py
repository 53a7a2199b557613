"""A new book is put together where its files are read, and says the same as if the daemon had done it."""

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shishod.formats.limits import Limits
from shishod.model.book import BookKind
from shishod.model.library import LibraryKind
from shishod.model.sighting import Sighting
from shishod.scan.brief import Brief, Drafted, DraftedFile, believed
from shishod.scan.drafting import Desk
from shishod.scan.inspection import Assignment, Inspection
from tests.samples import an_epub, an_mp3
from tests.scan.house import House

Tamper = Callable[[Inspection], Inspection]
_OF_A_ROW = ("id", "book_id", "library_id", "created_at", "updated_at", "metadata_updated_at", "first_scanned_at")


def a_library(library: Path) -> None:
    (library / "Frank Herbert").mkdir()
    an_epub(library / "Frank Herbert" / "dune.epub", title="Dune", authors=["Frank Herbert"], series=("Dune", 1))
    (library / "Emma").mkdir()
    for number in (1, 2, 10):
        said: dict[str, Any] = {"album": "Emma", "artist": "Jane Austen", "track": number, "composer": "Ned"}
        an_mp3(library / "Emma" / f"{number}.mp3", title=f"Chapter {number}", **said)
    an_mp3(library / "Emma - read by Ann.mp3", title="Emma", artist="JANE  Austen")


def told(house: House) -> list[dict[str, Any]]:
    """The books in full, but for numbers and times."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                name: plain(one)
                for name, one in value.items()
                if not (name in _OF_A_ROW or name.endswith(("_at", "_ms", "_id")) or name == "story")
            }
        return [plain(one) for one in value] if isinstance(value, list) else value

    return sorted((plain(book) for book in house.books()), key=lambda book: str(book["files"]))


def scanned(a_house: Callable[..., House], library: Path, tamper: Tamper | None = None) -> tuple[House, list[bool]]:
    """A house after its first scan, with what each answer of a reading process was made into."""
    house, drafts = a_house(books=library), list[bool]()
    run = house.runner.run

    def tampering(*args: Any, **more: Any) -> list[Any]:
        answers = run(*args, **more)
        if tamper is not None:
            answers = [tamper(one) if isinstance(one, Inspection) else one for one in answers]
        drafts.extend(one.drafted is not None for one in answers if isinstance(one, Inspection))
        return answers

    house.runner.run = tampering  # type: ignore[method-assign]
    house.scan()
    return house, drafts


def undrafted(one: Inspection) -> Inspection:
    return one._replace(drafted=None)


def test_a_drafted_book_says_what_the_daemon_would_have_made_of_its_files(
    a_house: Callable[..., House], library: Path
) -> None:
    a_library(library)

    ours, drafts = scanned(a_house, library)
    plain, none = scanned(a_house, library, undrafted)

    assert told(ours) == told(plain)
    assert (sum(drafts), sum(none)) == (3, 0)


def a_wrong_draft(one: Inspection, **change: Any) -> Inspection:
    return one if one.drafted is None else one._replace(drafted=one.drafted._replace(**change))


WRONG: dict[str, Tamper] = {
    "no draft": lambda one: one if one.drafted is None else one._replace(drafted=("anything",)),  # type: ignore[arg-type]
    "no files": lambda one: a_wrong_draft(one, files=()),
    "no answer": lambda one: a_wrong_draft(one, asked="yes"),
    "no rows": lambda one: a_wrong_draft(one, draft=None),
    "a text for a number": lambda one: a_wrong_draft(one, files=_files(one, pages="7")),
    "a file twice": lambda one: a_wrong_draft(one, files=_files(one, number=0) * 2),
    "a name that is none": lambda one: a_wrong_draft(one, files=_files(one, narrators=((1,),))),
}


def _files(one: Inspection, **change: Any) -> tuple[DraftedFile, ...]:
    return tuple(file._replace(**change) for file in one.drafted.files) if one.drafted else ()


@pytest.mark.parametrize("tamper", WRONG.values(), ids=WRONG)
def test_a_draft_that_is_not_what_it_should_be_is_not_believed(
    a_house: Callable[..., House], library: Path, tamper: Tamper
) -> None:
    a_library(library)
    plain, _ = scanned(a_house, library, undrafted)

    house, _ = scanned(a_house, library, tamper)

    assert told(house) == told(plain)


def work_on(*paths: Path, book: int = 0) -> list[Assignment]:
    """One book of these files."""
    work = []
    for number, path in enumerate(paths):
        is_now = path.stat()
        seen = Sighting(
            *(os.fsencode(path.name), is_now.st_size, is_now.st_mtime_ns, is_now.st_ctime_ns, is_now.st_ino, 0)
        )
        work.append(Assignment(os.fsencode(path.parent), seen, share=(book, number)))
    return [*work[:-1], work[-1]._replace(brief=Brief(b"Book/", BookKind.AUDIOBOOK, LibraryKind.MIXED))]


def some_tracks(folder: Path, count: int = 3) -> list[Path]:
    folder.mkdir(exist_ok=True)
    return [an_mp3(folder / f"{number}.mp3", title=f"{number}", track=number) for number in range(1, count + 1)]


def test_a_book_is_drafted_with_its_last_file_and_in_its_reading_order(tmp_path: Path) -> None:
    first, second, third = some_tracks(tmp_path)

    *before, last = map(Desk(Limits()), work_on(third, first, second))

    assert [one.drafted for one in before] == [None, None]
    assert last.drafted is not None
    assert [one.number for one in last.drafted.files] == [1, 2, 0]
    assert believed(last.drafted, 3) is last.drafted
    assert believed(last.drafted, 2) is None


def test_a_desk_that_did_not_read_a_whole_book_drafts_none(tmp_path: Path) -> None:
    tracks = some_tracks(tmp_path)
    broken = tmp_path / "2.mp3"

    assert [Desk(Limits())(one).drafted for one in work_on(*tracks)[1:]] == [None, None]
    broken.write_bytes(b"no sound")
    assert [one.drafted for one in map(Desk(Limits()), work_on(*tracks))] == [None, None, None]


def test_the_rest_of_one_book_is_never_taken_for_the_beginning_of_another(tmp_path: Path) -> None:
    one, other = some_tracks(tmp_path / "one", 2), some_tracks(tmp_path / "other", 3)
    desk = Desk(Limits())

    for assignment in work_on(*one):
        desk(assignment)
    left = [desk(assignment).drafted for assignment in work_on(*other, book=1)[2:]]

    assert left == [None]


def test_what_goes_through_a_pipe_comes_out_as_it_went_in(tmp_path: Path) -> None:
    assignments = work_on(*some_tracks(tmp_path))
    answers = list(map(Desk(Limits()), assignments))

    assert pickle.loads(pickle.dumps(assignments)) == assignments
    assert pickle.loads(pickle.dumps(answers)) == answers
    assert type(pickle.loads(pickle.dumps(answers[-1])).drafted) is Drafted


def test_an_answer_about_another_file_than_was_asked_for_is_none(a_house: Callable[..., House], library: Path) -> None:
    a_library(library)

    house, _ = scanned(a_house, library, lambda one: one._replace(seen=one.seen._replace(path=b"other.epub")))

    assert house.files() == {}
