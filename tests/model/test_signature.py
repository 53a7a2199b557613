import struct

import pytest
from hypothesis import given
from hypothesis import strategies as some

from shishod.model.signature import Entry, count, pack, unpack

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
