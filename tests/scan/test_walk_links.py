"""Which links a walk follows, and that it enters each folder once."""

import os
from pathlib import Path

import pytest

from shishod.model.library import Follow, Ways
from shishod.model.tier import Look
from shishod.mounts import Mount
from shishod.scan.links import doubled
from shishod.scan.start import start_of
from shishod.scan.walk import Gone
from tests.scan.looking import a_file, look

INSIDE, ALL = Ways(follow_symlinks=Follow.INSIDE), Ways(follow_symlinks=Follow.ALL)
LOOKS = pytest.mark.parametrize("how", [Look.PEEK, Look.QUICK, Look.FULL])


@pytest.fixture
def tree(library: Path, tmp_path: Path) -> Path:
    a_file(library, "A/1.epub")
    a_file(library, ".store/2.epub")
    a_file(tmp_path, "Outside/3.epub")
    (library / "A/loop").symlink_to("..")
    (library / "A/dangling.epub").symlink_to("nowhere")
    (library / "A/self.epub").symlink_to("self.epub")
    (library / "double").symlink_to("A")
    (library / "file.epub").symlink_to("A/1.epub")
    (library / "hidden").symlink_to(".store")
    (library / "out.epub").symlink_to(tmp_path / "Outside/3.epub")
    (library / "outside").symlink_to(tmp_path / "Outside")
    return library


@LOOKS
@pytest.mark.parametrize(
    ("ways", "seen"),
    [
        (Ways(), ["A/1.epub"]),
        (INSIDE, ["A/1.epub", "file.epub", "hidden/2.epub"]),
        (ALL, ["A/1.epub", "file.epub", "hidden/2.epub", "out.epub", "outside/3.epub"]),
    ],
)
def test_links_are_followed_as_the_operator_said(tree: Path, ways: Ways, seen: list[str], how: Look) -> None:
    first = look(tree, ways=ways)
    again = look(tree, first.known, how, ways=ways)

    assert first.seen == seen
    assert (again.places, again.gone, again.trouble, again.walk.unchanged) == ([], [], [], len(seen))


def test_circles_and_doubles_are_met_and_not_entered(tree: Path) -> None:
    assert sorted(look(tree, ways=INSIDE).odd) == [(b"A/loop", "link"), (b"double", "link")]


def test_a_file_by_a_link_is_the_file_it_leads_to(tree: Path) -> None:
    (seen,) = (one for place in look(tree, ways=INSIDE).places for one in place.seen if one.path == b"file.epub")

    assert seen.inode == (tree / "A/1.epub").stat().st_ino


def test_two_links_to_one_folder_are_one_way_in(tree: Path, tmp_path: Path) -> None:
    (tree / "another").symlink_to(tmp_path / "Outside")

    found = look(tree, ways=ALL)

    assert [path for path in found.seen if path.endswith("/3.epub")] == ["another/3.epub"]
    assert (b"outside", "link") in found.odd


def test_a_folder_known_by_a_link_is_given_up_when_an_earlier_link_shows_it(tree: Path, tmp_path: Path) -> None:
    known = look(tree, ways=ALL).known
    (tree / "another").symlink_to(tmp_path / "Outside")

    found = look(tree, known, Look.QUICK, ways=ALL)

    (gone,) = (one for one in found.found if isinstance(one, Gone))
    assert gone.folder == b"outside"
    assert "another" in gone.reason


def test_a_link_to_what_holds_the_library_does_not_lead_back_into_it(tree: Path, tmp_path: Path) -> None:
    (tree / "up").symlink_to(tmp_path)

    found = look(tree, ways=ALL)

    assert "outside/3.epub" in found.seen
    assert [path for path in found.seen if path.startswith("up/")] == []


def test_when_links_are_no_longer_followed_what_they_showed_is_passed_over(tree: Path) -> None:
    known = look(tree, ways=ALL).known

    found = look(tree, known)

    assert {one.folder: one.reason for one in found.found if isinstance(one, Gone)} == {
        b"hidden": "it is a link that is not followed",
        b"outside": "it is a link that is not followed",
    }
    assert found.walk.refusal(b"file.epub") == "it is a link that is not followed"


@pytest.mark.parametrize(("ways", "start"), [(Ways(), ""), (ALL, "outside")])
def test_a_walk_begins_beyond_a_link_only_if_that_is_followed(tree: Path, ways: Ways, start: str) -> None:
    assert start_of(os.fsencode(tree), b"outside", ways) == start.encode()


def test_what_was_told_and_is_well_again_is_said_once(tree: Path) -> None:
    (tree / "double").unlink()

    found = look(tree, ways=INSIDE, told={b"double", b"A/loop"})

    assert set(found.walk.well) - {path for path, _ in found.odd} == {b"double"}


def a_mount(number: int, point: bytes, root: bytes = b"/", device: str = "8:1", parent: int = 1) -> Mount:
    return Mount(number, point, "ext4", "/dev/sda1", parent, root, device)


def test_a_bind_mount_of_what_is_in_the_library_is_a_double() -> None:
    table = (a_mount(1, b"/", parent=0), a_mount(2, b"/srv/books/B", b"/srv/books/A"))

    assert doubled(b"/srv/books", table) == {b"B": b"A"}


def test_a_bind_mount_of_what_holds_the_library_shows_it_a_second_time() -> None:
    table = (a_mount(1, b"/", parent=0), a_mount(2, b"/srv/books/up", b"/srv"))

    assert doubled(b"/srv/books", table) == {b"up/books": b""}


def test_of_two_mounts_of_one_disk_the_first_by_name_is_entered() -> None:
    table = (
        a_mount(1, b"/", parent=0),
        a_mount(2, b"/srv/books/X", b"/", "8:17"),
        a_mount(3, b"/srv/books/Y", b"/sub", "8:17"),
    )

    assert doubled(b"/srv/books", table) == {b"Y": b"X/sub"}


def test_a_mount_of_what_is_passed_over_or_covered_or_elsewhere_is_no_double() -> None:
    elsewhere = (a_mount(1, b"/", parent=0), a_mount(2, b"/srv/books/B", b"/home/me"))
    hidden = (a_mount(1, b"/", parent=0), a_mount(2, b"/srv/books/B", b"/srv/books/.store"))
    covered = (
        a_mount(1, b"/", parent=0),
        a_mount(2, b"/srv/books/B", b"/srv/books/A"),
        a_mount(3, b"/srv/books/A", b"/", "0:50"),
    )

    assert [doubled(b"/srv/books", table) for table in (elsewhere, hidden, covered)] == [{}, {}, {}]


@LOOKS
def test_a_double_is_not_entered_and_what_was_known_of_it_is_left_alone(library: Path, how: Look) -> None:
    for path in ("A/1.epub", "B/1.epub", "B/C/2.epub"):
        a_file(library, path)
    known = look(library).known

    found = look(library, known, how, doubles={b"B": b"A"})

    assert (found.gone, found.seen, found.trouble) == ([], [], [])
