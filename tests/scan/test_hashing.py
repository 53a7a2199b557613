"""The hash of a sample: of what was seen and of nothing else."""

import os
from pathlib import Path

import pytest

from shishod.errors import BrokenFile
from shishod.model.sighting import Sighting
from shishod.model.ticket import Errand
from shishod.scan.hashing import PIECE, Sample, sampled
from tests.samples import an_epub
from tests.scan.house import House


def seen(path: Path) -> Sample:
    now = path.stat()
    name = os.fsencode(path.name)
    return Sample(
        os.fsencode(path.parent), Sighting(name, now.st_size, now.st_mtime_ns, now.st_ctime_ns, now.st_ino, now.st_dev)
    )


def test_equal_contents_have_one_hash_and_another_middle_has_another(tmp_path: Path) -> None:
    content = bytearray(os.urandom(10 * PIECE))
    for name in ("one", "two"):
        (tmp_path / name).write_bytes(content)
    content[5 * PIECE] ^= 1
    (tmp_path / "other").write_bytes(content)

    one, two, other = (sampled(seen(tmp_path / name)) for name in ("one", "two", "other"))
    assert one is not None and one == two
    assert other is not None and other != one


def test_a_link_that_a_library_follows_is_hashed_as_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    (tmp_path / "link").symlink_to("file")

    assert sampled(seen(tmp_path / "link")) == sampled(seen(tmp_path / "file")) is not None


def test_a_file_that_is_other_than_it_was_seen_has_no_hash(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"content")
    before = seen(file)
    os.utime(file, ns=(1, 1))

    assert sampled(before) is None


def test_a_pipe_in_its_place_holds_up_nobody(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"content")
    before = seen(file)
    file.unlink()
    os.mkfifo(file)

    with pytest.raises(BrokenFile):
        sampled(before)


@pytest.mark.parametrize("errand", [Errand.HASH, Errand.COVER])
@pytest.mark.parametrize("busy", [False, True], ids=["idle", "busy"])
def test_books_that_arrive_one_by_one_wait_for_the_same_pause(
    house: House, library: Path, errand: Errand, busy: bool
) -> None:
    house.scanning = busy
    for number in range(12):
        an_epub(library / f"{number}.epub", title=f"Title {number}", cover=True)
        house.hint("", f"{number}.epub")
        house.work(Errand.WALK, Errand.INSPECT, *([Errand.HASH, Errand.COVER] if busy else []))
        house.clock.wind(0.03)

    assert house.queue.waiting()[errand] == 1
    house.scanning = False
    house.pause()
    house.pause()
    assert house.queue.waiting()[errand] == 0
