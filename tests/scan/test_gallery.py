"""The cache of covers: each picture once, whole or not at all, and gone when nobody shows it."""

import os
import stat
from pathlib import Path

import pytest

from shishod.model.covers import SMALL, file_name
from shishod.scan.gallery import KEPT_S, Gallery, digest_of

ONE, OTHER = digest_of(b"one"), digest_of(b"other")


@pytest.fixture
def gallery(tmp_path: Path) -> Gallery:
    return Gallery(str(tmp_path / "covers"))


def files(gallery: Gallery) -> set[str]:
    folder = Path(gallery.folder)
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_a_picture_lies_one_folder_deep_under_its_digest(gallery: Gallery) -> None:
    gallery.put(ONE, "png", b"one")

    name = ONE.hex()
    assert files(gallery) == {f"{name[0]}/{name}.png"} == {file_name(ONE, "png")}
    assert Path(gallery.path(ONE, "png")).read_bytes() == b"one"


def test_strangers_may_not_read_it(gallery: Gallery) -> None:
    gallery.put(ONE, "png", b"one")

    path = Path(gallery.path(ONE, "png"))
    assert stat.S_IMODE(path.stat().st_mode) & 0o027 == 0
    folders = [path.parent, path.parent.parent, Path(gallery.folder)]
    assert [stat.S_IMODE(folder.stat().st_mode) & 0o027 for folder in folders] == [0, 0, 0]


def test_what_could_not_be_written_leaves_nothing(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)

    with pytest.raises(OSError, match="No space"):
        gallery.put(ONE, "png", b"one")

    assert files(gallery) == set()


def test_a_folder_that_a_sweep_takes_away_meanwhile_is_made_again(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = os.open

    def late(path: str, *how: int) -> int:
        monkeypatch.setattr(os, "open", opened)
        os.rmdir(os.path.dirname(path))
        return opened(path, *how)

    monkeypatch.setattr(os, "open", late)

    gallery.put(ONE, "png", b"one")

    assert gallery.holds(ONE, "png")


def test_an_empty_file_is_none(gallery: Gallery) -> None:
    gallery.put(ONE, "png", b"")

    assert not gallery.holds(ONE, "png")
    assert not gallery.renew(ONE, "png")
    assert not gallery.holds(OTHER, "png")


def test_a_sweep_removes_what_no_book_shows_and_tells_what_is_lost(gallery: Gallery) -> None:
    for digest in (ONE, OTHER):
        gallery.put(digest, "png", b"x")
        gallery.put(digest, SMALL, b"y")
    lost = digest_of(b"lost")
    later = os.stat(gallery.path(OTHER, "png")).st_mtime + KEPT_S + 60

    swept = gallery.sweep({ONE: "png", lost: "jpeg"}, later)

    assert (swept.removed, swept.lost) == (2, {lost})
    assert files(gallery) == {file_name(ONE, "png"), file_name(ONE, SMALL)}
    assert not Path(gallery.path(OTHER, "png")).parent.exists()


def test_a_sweep_has_what_lies_where_it_lay_once_taken_again(gallery: Gallery) -> None:
    name = ONE.hex()
    once = Path(gallery.folder, name[:2], f"{name}.png")
    once.parent.mkdir(parents=True)
    once.write_bytes(b"one")

    swept = gallery.sweep({ONE: "png"}, once.stat().st_mtime + KEPT_S + 60)

    assert (swept.removed, swept.lost, files(gallery)) == (1, {ONE}, set())


def test_a_sweep_leaves_what_is_young(gallery: Gallery) -> None:
    gallery.put(ONE, "png", b"x")
    gallery.put(OTHER, "png", b"x")
    os.utime(gallery.path(ONE, "png"), (0, 0))
    now_s = os.stat(gallery.path(OTHER, "png")).st_mtime

    assert gallery.renew(ONE, "png")

    assert gallery.sweep({}, now_s).removed == 0


def test_a_sweep_removes_what_was_left_half_written_and_what_is_empty(gallery: Gallery) -> None:
    gallery.put(ONE, "png", b"")
    partial = Path(f"{gallery.path(ONE, 'png')}.77.partial")
    partial.write_bytes(b"half")

    swept = gallery.sweep({ONE: "png"}, partial.stat().st_mtime + KEPT_S + 60)

    assert (swept.removed, swept.lost, files(gallery)) == (2, {ONE}, set())


def test_a_gallery_that_was_never_used_is_swept_as_well(gallery: Gallery) -> None:
    assert gallery.sweep({ONE: "png"}, 0.0) == (0, {ONE})
