from datetime import UTC, datetime, timedelta

import pytest

from shishod.model.sighting import Sighting
from shishod.scan.inspection import Inspection, Outcome
from shishod.scan.order import retry_at
from shishod.scan.quarantine import quarantined

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def a_failure(age: timedelta = timedelta(days=1), *, stage: str = "read", passing: bool = False) -> Inspection:
    changed_ns = int((NOW - age).timestamp() * 1e9)
    seen = Sighting(b"a.epub", 1, changed_ns, changed_ns, 1, 0)
    return Inspection(seen, Outcome.FAILED, stage=stage, reason="x", text="x", passing=passing)


def waits(failure: Inspection, counts: range, jitter: float = 0.0) -> list[timedelta | None]:
    due = [retry_at(failure, count, NOW, jitter) for count in counts]
    return [None if at is None else at - NOW for at in due]


def test_a_young_file_that_would_not_parse_is_tried_after_one_five_and_fifteen_minutes_and_no_more() -> None:
    young = a_failure(age=timedelta(minutes=2))

    assert waits(young, range(1, 5)) == [MINUTE, 5 * MINUTE, 15 * MINUTE, None]


@pytest.mark.parametrize(
    ("age", "young"), [(timedelta(0), True), (timedelta(seconds=599), True), (timedelta(minutes=10), False)]
)
def test_a_file_is_young_for_ten_minutes(age: timedelta, young: bool) -> None:
    assert (retry_at(a_failure(age), 1, NOW, 0.0) is not None) is young


def test_a_file_that_was_young_when_it_first_failed_has_all_its_tries() -> None:
    tried = [
        retry_at(a_failure(age=timedelta(minutes=9 + more)), count, NOW, 0.0) for count, more in enumerate((0, 1, 6), 1)
    ]

    assert [at and at - NOW for at in tried] == [MINUTE, 5 * MINUTE, 15 * MINUTE]


def test_an_old_file_that_is_broken_waits_for_a_change_of_its_own() -> None:
    assert waits(a_failure(), range(1, 3)) == [None, None]


def test_a_file_from_the_future_is_not_young() -> None:
    assert retry_at(a_failure(-timedelta(days=1)), 1, NOW, 0.0) is None


def test_a_passing_error_is_tried_ever_more_rarely_and_once_a_day_at_least() -> None:
    passing = a_failure(passing=True)

    assert waits(passing, range(1, 13)) == [
        *(MINUTE * 2**number for number in range(11)),
        timedelta(days=1),
    ]
    assert waits(passing, range(1000, 1001)) == [timedelta(days=1)]


def test_many_that_failed_together_do_not_all_come_back_together() -> None:
    passing = a_failure(passing=True)

    assert waits(passing, range(1, 2), jitter=1.0) == [MINUTE * 1.1]
    assert waits(passing, range(12, 13), jitter=0.5) == [timedelta(days=1) * 1.05]


def test_a_file_that_costs_a_second_worker_is_left_alone_until_it_changes() -> None:
    first = a_failure(stage="crash", passing=True)
    second = quarantined(first, b"/books/a.epub", "x")

    assert waits(first, range(1, 2)) == [MINUTE]
    assert (second.reason, waits(second, range(2, 4))) == ("quarantined", [None, None])
    assert "shishoctl scan --reread '/books/a.epub'" in second.text
