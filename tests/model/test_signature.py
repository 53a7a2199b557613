import struct

import pytest
from hypothesis import given
from hypothesis import strategies as some

from shishod.model.signature import Entry, KnownFolder, Remembered, are_numbers, count, halves, pack, unpack

NUMBER = some.integers(-(2**63), 2**63 - 1)
NAME = some.binary(min_size=1, max_size=40).filter(lambda name: b"\0" not in name and b"/" not in name)
ROW = some.tuples(NAME, NUMBER, NUMBER, NUMBER, some.integers(0, 2**64 - 1))
ROWS = some.lists(ROW, max_size=20, unique_by=lambda row: row[0])


@given(ROWS)
def test_what_is_packed_comes_back_in_the_order_of_names(rows: list[Entry]) -> None:
    packed = pack(rows)

    assert unpack(packed) == sorted(rows)
    assert count(packed) == len(rows)


@given(ROWS, some.randoms())
def test_two_listings_of_one_folder_pack_alike_in_any_order(rows: list[Entry], luck: object) -> None:
    shuffled = list(rows)
    luck.shuffle(shuffled)  # type: ignore[attr-defined]

    assert pack(shuffled) == pack(rows)


@given(ROWS.filter(bool), some.integers(1, 4))
def test_any_changed_number_changes_the_signature(rows: list[Entry], place: int) -> None:
    changed = list(rows[0])
    changed[place] ^= 1

    assert pack([tuple(changed), *rows[1:]]) != pack(rows)


def test_an_empty_folder_that_was_finished_differs_from_one_that_never_was() -> None:
    assert pack([]) != b""
    assert count(b"") == count(pack([])) == 0
    assert unpack(pack([])) == []


def test_a_string_that_was_not_packed_here_is_refused() -> None:
    with pytest.raises(struct.error):
        unpack(b"\5")


@given(some.lists(ROWS, max_size=3), some.integers(0, 100), NUMBER)
def test_numbers_are_those_of_folders_where_every_one_of_them_is(
    folders: list[list[Entry]], at: int, other: int
) -> None:
    kept = b"".join(halves(pack(rows))[0] for rows in folders)
    flat = [number for rows in folders for row in sorted(rows) for number in row[1:]]

    assert are_numbers(kept, flat)
    if flat:
        changed = [*flat]
        changed[at % len(flat)] = other
        assert are_numbers(kept, changed) is (changed == flat)
        assert not are_numbers(kept, flat[:-4])


@given(ROWS)
def test_the_names_are_the_other_half(rows: list[Entry]) -> None:
    assert halves(pack(rows))[1] == sorted(row[0] for row in rows)


def test_a_number_that_cannot_be_kept_is_another() -> None:
    assert not are_numbers(halves(pack([(b"a.epub", 1, 2**63 - 1, 1, 1)]))[0], [1, 2**63, 1, 1])


def test_what_is_remembered_below_a_forgotten_folder_is_led_to() -> None:
    paths = (b"", b"B", b"A", b"A/2", b"A/1", b"lost/deep/C")
    known = Remembered((path, KnownFolder(path, 1, 0, pack([]))) for path in paths)

    assert known.children == {
        b"": [b"lost", b"B", b"A"],
        b"A": [b"A/2", b"A/1"],
        b"lost": [b"lost/deep"],
        b"lost/deep": [b"lost/deep/C"],
    }
