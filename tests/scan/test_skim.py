"""What a walk passes by without a second thought, and what makes it stop and think."""

import os
from pathlib import Path

import pytest

from shishod.model.tier import Look
from tests.scan.looking import Looked, a_file, look

LOOKS = [Look.PEEK, Look.QUICK, Look.FULL]
OLD_NS = 1_700_000_000 * 10**9


@pytest.fixture
def known(library: Path) -> Looked:
    for path in ("A/1.epub", "A/B/2.epub", "A/B/C/3.epub", "D/4.epub"):
        a_file(library, path)
    return look(library)


def as_before(folder: Path, times: os.stat_result) -> None:
    """Give a folder its time back, as no honest program does: what is found after that is found by looking."""
    os.utime(folder, ns=(times.st_atime_ns, times.st_mtime_ns))


@pytest.mark.parametrize("how", LOOKS)
def test_what_differs_is_found_wherever_it_lies_and_all_else_is_counted_once(
    library: Path, known: Looked, how: Look
) -> None:
    a_file(library, "A/B/5.epub")

    again = look(library, known.known, how)

    assert again.seen == ["A/B/2.epub", "A/B/5.epub"]
    assert (again.walk.unchanged, again.walk.folders) == (3, 5)


@pytest.mark.parametrize("how", LOOKS)
def test_what_is_not_remembered_is_entered_and_what_is_beside_it_is_passed(
    library: Path, known: Looked, how: Look
) -> None:
    a_file(library, "New/Deep/6.epub")

    again = look(library, known.known, how)

    assert (again.seen, again.walk.unchanged) == (["New/Deep/6.epub"], 4)


@pytest.mark.parametrize("how", LOOKS)
def test_a_folder_that_is_due_is_compared_though_it_is_as_it_was(library: Path, known: Looked, how: Look) -> None:
    assert look(library, known.known, how, due=frozenset({b"A/B"})).seen == ["A/B/2.epub"]


@pytest.mark.parametrize("how", [Look.QUICK, Look.FULL])
def test_a_book_written_anew_in_its_place_is_seen_under_the_folders_old_time(
    library: Path, known: Looked, how: Look
) -> None:
    (library / "D/4.epub").write_bytes(b"another")

    assert look(library, known.known, how).seen == ["D/4.epub"]


def test_a_peek_believes_the_time_of_the_folder(library: Path, known: Looked) -> None:
    (library / "D/4.epub").write_bytes(b"another")

    assert look(library, known.known, Look.PEEK).found == []


def test_a_full_look_believes_no_time_of_a_folder(library: Path, known: Looked) -> None:
    before = (library / "D").stat()
    a_file(library, "D/7.epub")
    as_before(library / "D", before)

    assert look(library, known.known, Look.QUICK).found == []
    assert look(library, known.known, Look.FULL).seen == ["D/4.epub", "D/7.epub"]


def test_a_full_look_sees_a_folder_in_the_place_of_a_book_and_a_link_in_that_of_a_folder(
    library: Path, known: Looked
) -> None:
    for folder in ("A", "D"):
        before = (library / folder).stat()
        if folder == "A":
            (library / "A/B").rename(library / "elsewhere")
            (library / "A/B").symlink_to(library / "elsewhere")
        else:
            (library / "D/4.epub").unlink()
            (library / "D/4.epub").mkdir()
        as_before(library / folder, before)

    again = look(library, known.known, Look.FULL)

    assert b"A/B" in again.gone
    assert [one.path for place in again.places for one in place.seen if one.path.startswith(b"D")] == []


@pytest.mark.parametrize("name", ["cover.png", "2.opf", ".shishoignore", "x.fb2.zip"])
def test_a_full_look_asks_what_may_count_of_a_file_that_is_new(library: Path, known: Looked, name: str) -> None:
    (library / "A/B" / name).write_bytes(b"")
    before = known.known[b"A/B"].packed

    again = look(library, known.known, Look.FULL)

    assert again.known[b"A/B"].packed != before


@pytest.mark.parametrize("name", ["notes.tmp", ".hidden.epub", "program.exe"])
def test_a_full_look_passes_files_that_nobody_counts(library: Path, known: Looked, name: str) -> None:
    (library / "A/B" / name).write_bytes(b"")

    again = look(library, known.known, Look.FULL)

    assert (again.found, again.walk.unchanged) == ([], 4)


@pytest.mark.parametrize("folder", ["D", "A/B"])
@pytest.mark.parametrize("others", [1, 4, 5, 40])
def test_a_full_look_passes_a_folder_with_any_number_of_files_that_nobody_counts(
    library: Path, known: Looked, folder: str, others: int
) -> None:
    for number in range(others):
        (library / folder / f"{number}.tmp").write_bytes(b"")

    again = look(library, known.known, Look.FULL)

    assert (again.found, again.walk.unchanged) == ([], 4)


@pytest.mark.parametrize("others", [0, 9])
def test_a_full_look_finds_a_folder_among_files_that_nobody_counts(library: Path, known: Looked, others: int) -> None:
    before = (library / "D").stat()
    for number in range(others):
        (library / "D" / f"{number}.tmp").write_bytes(b"")
    a_file(library, "D/New/8.epub")
    as_before(library / "D", before)

    assert look(library, known.known, Look.FULL).seen == ["D/New/8.epub"]


@pytest.mark.parametrize("others", [0, 1, 9])
def test_a_full_look_misses_a_book_under_the_folders_old_time(library: Path, known: Looked, others: int) -> None:
    before = (library / "D").stat()
    for number in range(others):
        (library / "D" / f"{number}.tmp").write_bytes(b"")
    (library / "D/4.epub").unlink()
    as_before(library / "D", before)

    (place,) = look(library, known.known, Look.FULL).places

    assert (place.listed, place.seen) == ((b"D",), ())


@pytest.mark.parametrize("how", LOOKS)
def test_a_walk_that_nobody_wants_any_more_ends_among_folders_that_are_as_they_were(library: Path, how: Look) -> None:
    for number in range(60):
        a_file(library, f"{number:02}/book.epub")
    known, left = look(library).known, iter((True, True, True))

    ended = look(library, known, how, step=lambda: next(left, False))

    assert 0 < ended.walk.folders < 61


@pytest.mark.parametrize("how", LOOKS)
def test_what_differs_is_found_among_any_number_of_folders_that_are_as_they_were_in_the_order_of_names(
    library: Path, how: Look
) -> None:
    for number in range(200):
        a_file(library, f"{number // 10:02}/{number:03}/book.epub")
    known = look(library).known
    changed = [f"{number // 10:02}/{number:03}" for number in (0, 1, 40, 41, 42, 119, 199)]
    for folder in changed:
        a_file(library, f"{folder}/more.epub")

    again = look(library, known, how)

    assert again.seen == [f"{folder}/{name}.epub" for folder in changed for name in ("book", "more")]
    assert (again.walk.unchanged, again.walk.folders) == (193, 221)


@pytest.mark.parametrize("how", [Look.QUICK, Look.FULL])
def test_a_sign_of_life_is_given_while_the_many_files_of_one_folder_are_looked_at(library: Path, how: Look) -> None:
    for number in range(300):
        a_file(library, f"A/{number:03}.epub")
    known = look(library).known

    assert look(library, known, how).walk.pulse.beats >= 5


@pytest.mark.parametrize("how", LOOKS)
def test_each_folder_that_answers_is_a_sign_of_life(library: Path, how: Look) -> None:
    for number in range(100):
        a_file(library, f"{number:03}/book.epub")
    known = look(library).known

    assert look(library, known, how).walk.pulse.beats >= 100, "a slow share answers few of them in the time of a stall"
