"""One entry that does not say what it is, among others that do."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from shishod.model.tier import Look
from tests.scan.looking import a_file, look

PART = b"d" * 200
MOST = 4096  # bytes of a path, its last NUL among them


@pytest.fixture
def deep(library: Path) -> Iterator[tuple[Path, bytes]]:
    """A folder so deep that the kernel still takes its path, and no longer that of its one file with a long name."""
    above = os.fsencode(library)
    relative = b"/".join([PART] * ((MOST - len(above) - 130) // (len(PART) + 1)))
    os.makedirs(above + b"/" + relative)
    handle = os.open(above + b"/" + relative, os.O_RDONLY)
    room = MOST - 1 - len(above) - len(relative) - 2
    try:
        for name in (b"near.epub", b"x" * (room + 1 - 5) + b".epub", b"D" * (room + 1)):
            if name.endswith(b".epub"):
                os.close(os.open(name, os.O_CREAT | os.O_WRONLY, dir_fd=handle))
            else:
                os.mkdir(name[:255], dir_fd=handle)
        yield library, relative
    finally:
        os.close(handle)


@pytest.mark.parametrize("how", [Look.QUICK, Look.FULL])
def test_the_rest_of_the_folder_goes_on(deep: tuple[Path, bytes], how: Look) -> None:
    library, relative = deep
    a_file(library, "after.epub")

    found = look(library, how=how)

    assert sorted(os.fsencode(path) for path in found.seen) == [b"after.epub", relative + b"/near.epub"]
    assert [stage for _, stage in found.odd] == ["stat"]
    (place,) = (one for one in found.places if one.anchor == relative)
    assert {path for path, _ in found.odd} == place.unsure


def test_a_folder_beyond_the_longest_path_is_trouble_and_takes_no_other_along(deep: tuple[Path, bytes]) -> None:
    found = look(deep[0])

    assert all(path.startswith(deep[1]) for path in found.trouble)
    assert len(found.trouble) == 1
    assert found.gone == []


def test_a_folder_with_such_an_entry_is_looked_at_again(deep: tuple[Path, bytes]) -> None:
    library, relative = deep
    known = look(library).known

    for how in (Look.QUICK, Look.FULL):
        again = look(library, {**known, relative: known[relative]._replace(mtime_ns=1)}, how)
        assert [stage for _, stage in again.odd] == ["stat"]
        assert relative not in {one.path for one in again.walk.refreshed}
