"""When a file's times prove nothing yet."""

import pytest

from shishod.model.sighting import Sighting, racy, settled

AT_S = 1_800_000_000
S = 1_000_000_000


def a_file(mtime_ns: int, ctime_ns: int) -> Sighting:
    return Sighting(b"x", 1, mtime_ns, ctime_ns, 1, 0)


@pytest.mark.parametrize(
    ("age_ns", "doubtful"), [(0, True), (S, True), (2 * S - 1, True), (2 * S, False), (-1, False), (-3600 * S, False)]
)
def test_a_file_with_coarse_times_is_racy_while_it_is_young(age_ns: int, doubtful: bool) -> None:
    changed_ns = AT_S * S

    assert racy(a_file(changed_ns, changed_ns), changed_ns + age_ns) is doubtful


def test_a_file_whose_times_are_told_finely_is_never_racy() -> None:
    changed_ns = AT_S * S + 123_456_789

    assert not racy(a_file(changed_ns, changed_ns), changed_ns + S // 2)


def test_a_time_that_somebody_set_proves_nothing_of_the_filesystem() -> None:
    assert not racy(a_file(AT_S * S, AT_S * S + 7), AT_S * S + S)


def test_exfat_counts_in_hundredths() -> None:
    changed_ns = AT_S * S + 730_000_000

    assert racy(a_file(changed_ns, changed_ns), changed_ns + S)


@pytest.mark.parametrize(("size", "age_s", "ready"), [(1, 2, False), (1, 3, True), (0, 3, False), (0, 600, True)])
def test_an_empty_file_is_given_time_to_be_filled(size: int, age_s: int, ready: bool) -> None:
    seen = a_file(AT_S * S, AT_S * S)._replace(size=size)

    assert settled(seen, (AT_S + age_s) * S, 3 * S) is ready
