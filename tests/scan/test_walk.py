import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from shishod import formats
from shishod.model.signature import KnownFolder, unpack
from shishod.model.tier import Look
from shishod.scan.start import start_of
from shishod.scan.walk import Neighbourhood, Walk
from tests.nobody import as_nobody
from tests.scan.looking import a_file, heard, look


@pytest.fixture
def tree(library: Path) -> Path:
    for path in (
        "a.epub",
        "Herbert/Dune/dune.epub",
        "Herbert/Emma/emma.epub",
        "Tolkien/CD 1/01.mp3",
        "Tolkien/CD 2/01.mp3",
    ):
        a_file(library, path)
    return library


ALL = ["Herbert/Dune/dune.epub", "Herbert/Emma/emma.epub", "Tolkien/CD 1/01.mp3", "Tolkien/CD 2/01.mp3", "a.epub"]
LOOKS = [Look.PEEK, Look.QUICK, Look.FULL]


@pytest.mark.parametrize("how", LOOKS)
def test_a_first_walk_sees_every_file_of_the_tree_once_whatever_its_depth_of_looking(tree: Path, how: Look) -> None:
    assert look(tree, how=how).seen == ALL


@pytest.mark.parametrize("how", LOOKS)
def test_an_unchanged_tree_shows_nothing_and_every_file_is_counted_once(tree: Path, how: Look) -> None:
    again = look(tree, look(tree).known, how)

    assert (again.found, again.walk.unchanged) == ([], len(ALL))


def test_a_sighting_is_what_the_filesystem_says(tree: Path) -> None:
    (seen,) = (one for place in look(tree).places for one in place.seen if one.path == b"a.epub")
    status = (tree / "a.epub").stat()

    assert (seen.size, seen.mtime_ns, seen.ctime_ns, seen.inode, seen.device) == (
        status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, 0,
    )  # fmt: skip


@pytest.mark.parametrize("how", [Look.PEEK, Look.QUICK])
def test_a_quick_look_lists_and_opens_nothing_that_is_as_it_was(tree: Path, how: Look) -> None:
    known = look(tree).known

    with heard() as touched:
        look(tree, known, how)

    assert touched == []


def test_a_full_look_lists_every_folder_once_and_opens_no_file(tree: Path) -> None:
    known = look(tree).known

    with heard() as touched:
        look(tree, known)

    assert len(touched) == len({path for _, path in touched}) == 7
    assert "open" not in {event for event, _ in touched}


def test_a_quick_look_lists_the_changed_folder_alone(tree: Path) -> None:
    known = look(tree).known
    a_file(tree, "Herbert/Dune/dune messiah.epub")

    with heard() as touched:
        again = look(tree, known, Look.QUICK)

    assert touched == [("os.scandir", os.fsencode(tree / "Herbert/Dune"))]
    assert again.seen == ["Herbert/Dune/dune messiah.epub", "Herbert/Dune/dune.epub"]
    assert again.walk.unchanged == 4


def _rewrite(root: Path) -> None:
    a_file(root, "1/2/3/4/5/deep.epub", "other")


def _retouch(root: Path) -> None:
    os.utime(root / "1/2/3/4/5/deep.epub", ns=(1, 1))


def _swap(root: Path) -> None:
    file = root / "1/2/3/4/5/deep.epub"
    times = file.stat()
    a_file(root, "1/2/3/4/5/new", "y").rename(file)
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))


@pytest.mark.parametrize("edit", [_rewrite, _retouch, _swap])
@pytest.mark.parametrize("how", [Look.QUICK, Look.FULL])
def test_an_edit_five_folders_deep_is_found(library: Path, edit: Callable[[Path], None], how: Look) -> None:
    a_file(library, "1/2/3/4/5/deep.epub")
    a_file(library, "1/2/other.epub")
    known = look(library).known

    edit(library)

    assert look(library, known, how).seen == ["1/2/3/4/5/deep.epub"]


def test_a_peek_finds_what_came_and_went_and_not_what_was_rewritten(tree: Path) -> None:
    known = look(tree).known
    a_file(tree, "a.epub", "rewritten")

    assert look(tree, known, Look.PEEK).found == []

    (tree / "Herbert/Emma/emma.epub").unlink()
    assert [place.anchor for place in look(tree, known, Look.PEEK).places] == [b"Herbert/Emma"]


def test_a_folder_that_changed_just_before_the_look_is_not_vouched_for_by_its_time(library: Path) -> None:
    a_file(library, "a.epub")
    known = look(library, after_ns=0).known

    with heard() as touched:
        again = look(library, known, Look.QUICK)

    assert known[b""].mtime_ns == 0
    assert [event for event, _ in touched] == ["os.scandir"]
    assert (again.found, again.walk.unchanged) == ([], 1)
    assert again.known[b""].mtime_ns == library.stat().st_mtime_ns


def test_a_folder_of_which_only_the_time_has_changed_is_refreshed_and_not_compared_again(tree: Path) -> None:
    known = look(tree).known
    a_file(tree, "Herbert/Dune/notes.txt")

    again = look(tree, known, Look.QUICK)

    assert (again.found, [one.path for one in again.walk.refreshed]) == ([], [b"Herbert/Dune"])


def test_a_due_folder_is_shown_though_nothing_in_it_has_changed(tree: Path) -> None:
    again = look(tree, look(tree).known, Look.QUICK, due=frozenset({b"Herbert/Dune"}))

    assert again.seen == ["Herbert/Dune/dune.epub"]


def test_discs_and_the_folder_they_lie_in_are_shown_together_and_signed_together(tree: Path) -> None:
    known = look(tree).known
    a_file(tree, "Tolkien/CD 2/02.mp3")

    for how in LOOKS:
        (place,) = look(tree, known, how).places
        assert place.anchor == b"Tolkien"
        assert sorted(one.path for one in place.folders) == [b"Tolkien", b"Tolkien/CD 1", b"Tolkien/CD 2"]
        assert len(place.seen) == 3


@pytest.mark.parametrize("changed", ["Tolkien", "Tolkien/CD 1", "Tolkien/CD 2"])
@pytest.mark.parametrize("how", LOOKS)
def test_each_file_of_a_changed_disc_set_is_shown_or_counted_once(tree: Path, how: Look, changed: str) -> None:
    a_file(tree, "Tolkien/CD 1/extras/map.epub")
    known = look(tree).known
    a_file(tree, f"{changed}/02.mp3")

    again = look(tree, known, how)

    assert len(again.seen) + again.walk.unchanged == len(ALL) + 2
    assert len(again.seen) == len(set(again.seen)) == 3


@pytest.mark.parametrize("how", LOOKS)
def test_the_files_of_a_disc_that_holds_discs_are_shown_once(library: Path, how: Look) -> None:
    paths = ["Dune/Part 1/CD 1/01.mp3", "Dune/Part 1/CD 2/01.mp3", "Dune/Part 1/a.mp3", "Dune/b.mp3"]
    for path in paths:
        a_file(library, path)

    first = look(library, how=how)
    assert first.seen == paths

    a_file(library, "Dune/Part 1/CD 2/02.mp3")
    again = look(library, first.known, how)
    assert again.seen == ["Dune/Part 1/CD 1/01.mp3", "Dune/Part 1/CD 2/01.mp3", "Dune/Part 1/CD 2/02.mp3"]
    assert again.walk.unchanged == 2


def test_what_is_signed_is_what_was_seen(tree: Path) -> None:
    for place in look(tree).places:
        signed = {
            (one.path + b"/" if one.path else b"") + entry.name for one in place.folders for entry in unpack(one.packed)
        }
        assert signed == {one.path for one in place.seen}


def test_a_folder_walk_stays_in_its_folder_but_for_folders_never_seen_before(tree: Path) -> None:
    known = look(tree).known
    for path in ("Herbert/new.epub", "Herbert/Dune/new.epub", "Herbert/Fresh/Deep/new.epub"):
        a_file(tree, path)

    assert look(tree, known, folder="Herbert").seen == ["Herbert/Fresh/Deep/new.epub", "Herbert/new.epub"]


def test_a_folder_that_left_is_gone_and_what_it_held_is_not_named_again(tree: Path) -> None:
    known = look(tree).known
    (tree / "Herbert").rename(tree.parent / "Elsewhere")

    for how in LOOKS:
        again = look(tree, known, how)
        assert (again.gone, again.trouble) == ([b"Herbert"], [])


@pytest.mark.parametrize("how", [Look.PEEK, Look.QUICK])
def test_a_folder_that_left_before_its_parent_was_signed_is_gone_all_the_same(tree: Path, how: Look) -> None:
    """Two walks met: one remembers a folder that the other, which signed the folder above, did not find."""
    known = look(tree).known
    late = KnownFolder(b"Herbert/Late", 0, 0, b"")

    again = look(tree, {**known, late.path: late}, how)

    assert (again.gone, again.trouble, again.seen) == ([b"Herbert/Late"], [], [])


@pytest.mark.parametrize("how", LOOKS)
def test_a_folder_that_left_is_gone_though_only_what_was_below_it_is_remembered(tree: Path, how: Look) -> None:
    known = look(tree).known
    late = KnownFolder(b"Left/Late/Deep", 0, 0, b"")

    again = look(tree, {**known, late.path: late}, how)

    assert (again.gone, again.trouble, again.seen) == ([b"Left"], [], [])


def test_a_disc_that_left_is_gone(tree: Path) -> None:
    known = look(tree).known
    (tree / "Tolkien/CD 2").rename(tree.parent / "CD 2")

    assert look(tree, known, Look.QUICK).gone == [b"Tolkien/CD 2"]


def test_an_unreadable_folder_is_trouble_and_says_nothing_about_its_files(open_place: Path) -> None:
    a_file(open_place, "Shut/a.epub")
    a_file(open_place, "Open/b.epub")
    known = look(open_place).known
    (open_place / "Shut").chmod(0)
    try:
        with as_nobody():
            again = look(open_place, known)
            assert (again.trouble, again.gone, again.seen) == ([b"Shut"], [], [])
    finally:
        (open_place / "Shut").chmod(0o755)


def test_a_folder_that_can_be_listed_but_not_entered_is_trouble_too(open_place: Path) -> None:
    a_file(open_place, "Shut/a.epub")
    known = look(open_place).known
    (open_place / "Shut").chmod(0o444)
    try:
        with as_nobody():
            for how in (Look.QUICK, Look.FULL):
                again = look(open_place, known, how)
                assert (again.trouble, again.gone, again.places) == ([b"Shut"], [], [])
    finally:
        (open_place / "Shut").chmod(0o755)


def test_links_are_not_followed(tree: Path, tmp_path: Path) -> None:
    outside = a_file(tmp_path, "Outside/z.epub")
    (tree / "link.epub").symlink_to(outside)
    (tree / "Linked").symlink_to(outside.parent)
    (tree / "loop").symlink_to(tree)

    assert look(tree).seen == ALL


def test_what_is_not_a_plain_file_with_the_ending_of_a_book_is_passed_over(library: Path) -> None:
    os.mkfifo(library / "pipe.epub")
    for name in (
        "a.txt",
        ".hidden.epub",
        "._a.epub",
        "a.epub.part",
        "epub",
        ".stversions/b.epub",
        "@eaDir/c.epub",
        "A.EPUB",
    ):
        a_file(library, name)
    (library / "folder.epub").mkdir()

    assert look(library).seen == ["A.EPUB"]


def test_a_zip_is_a_book_where_it_is_named_for_the_one_in_it(library: Path) -> None:
    for name in ("a.fb2.zip", "B.FB2.ZIP", "c.zip", ".fb2.zip", ".hidden.fb2.zip", "fb2.zip"):
        a_file(library, name)

    assert look(library).seen == ["B.FB2.ZIP", "a.fb2.zip"]


def test_names_that_are_no_text_are_seen_as_they_are(library: Path) -> None:
    with open(os.fsencode(library) + b"/\xff\xfe\n.epub", "wb"):
        pass

    (place,) = look(library).places
    assert [one.path for one in place.seen] == [b"\xff\xfe\n.epub"]
    assert look(library, {place.folders[0].path: place.folders[0]}, Look.QUICK).found == []


def test_a_walk_that_is_told_to_stop_stops_within_a_few_folders(library: Path) -> None:
    for number in range(100):
        a_file(library, f"{number}/a.epub")

    assert len(look(library, step=lambda: False).places) <= 16


def test_an_empty_folder_is_remembered_so_that_its_first_file_is_noticed(library: Path) -> None:
    (library / "Empty").mkdir()
    known = look(library).known
    assert b"Empty" in known

    a_file(library, "Empty/a.epub")
    assert look(library, known, Look.QUICK).seen == ["Empty/a.epub"]


def test_a_folder_whose_files_are_as_they_were_under_another_device_number_is_as_it_was(tree: Path) -> None:
    known = look(tree).known
    elsewhere = {path: one._replace(device=7) for path, one in known.items() if path == b"Herbert/Dune"}

    found = look(tree, {**known, **elsewhere}, Look.QUICK)

    assert (found.seen, found.trouble) == ([], [])


@pytest.mark.parametrize("tier", [Look.QUICK, Look.FULL])
def test_a_folder_whose_disk_is_no_longer_mounted_on_it_is_trouble_and_lost_nothing(tree: Path, tier: Look) -> None:
    known = look(tree).known
    elsewhere = {path: one._replace(device=7) for path, one in known.items() if path == b"Herbert/Dune"}
    (tree / "Herbert" / "Dune" / "dune.epub").unlink()

    found = look(tree, {**known, **elsewhere}, tier)

    assert found.trouble == [b"Herbert/Dune"]
    assert found.seen == []


@pytest.mark.parametrize("how", LOOKS)
def test_a_disc_whose_disk_is_no_longer_mounted_on_it_takes_nothing_from_its_book(tree: Path, how: Look) -> None:
    known = look(tree).known
    (tree / "Tolkien/CD 2/01.mp3").unlink()
    a_file(tree, "Tolkien/CD 1/02.mp3")
    elsewhere = {path: one._replace(device=7) for path, one in known.items() if path == b"Tolkien/CD 2"}

    found = look(tree, {**known, **elsewhere}, how)

    assert (found.trouble, found.places) == ([b"Tolkien/CD 2"], [])


@pytest.mark.parametrize(
    ("asked", "start"),
    [("", ""), ("Herbert/Dune", "Herbert/Dune"), ("Tolkien/CD 2", "Tolkien/CD 2"), ("Herbert/Left/Deep", "Herbert"),
     ("a.epub/b", ""), ("Gone/CD 1", "")],
)  # fmt: skip
def test_a_walk_begins_where_it_is_asked_to_or_at_the_book_of_what_is_still_there(
    tree: Path, asked: str, start: str
) -> None:
    assert start_of(os.fsencode(tree), asked.encode()) == start.encode()


def test_a_walk_of_a_root_that_is_not_there_cannot_begin(library: Path) -> None:
    with pytest.raises(FileNotFoundError):
        start_of(os.fsencode(library / "absent"), b"x")


def test_what_is_found_is_told_before_the_walk_goes_on(tree: Path) -> None:
    walk = Walk(bytes(tree), {}, Look.FULL, formats.SUFFIXES, time.time_ns(), lambda: True, tree.stat().st_dev)
    found = walk.tree(b"")
    first = next(found)
    a_file(tree, "Tolkien/late.epub")

    rest = list(found)

    assert isinstance(first, Neighbourhood)
    assert b"Tolkien/late.epub" not in {seen.path for seen in first.seen}
    assert b"Tolkien/late.epub" in {seen.path for place in rest for seen in getattr(place, "seen", ())}
