"""What an answer means, how long to wait after it, and when a provider is left alone."""

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from shishod.enrich.manners import (
    FAILURES,
    LONGEST_REST_S,
    REST_S,
    Breaker,
    Meaning,
    backoff_s,
    meaning_of,
    retry_after_s,
    stay_away_s,
)

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "wait_s"),
    [
        ("7", 7.0),
        (" 120 ", 120.0),
        (format_datetime(NOW.replace(minute=1), usegmt=True), 60.0),
        ("Sat, 28 Nov 2026 11:00:00 GMT", 0.0),
        ("Sat, 28 Nov 2026 12:00:30 -0000", 30.0),
        ("99999999", 86400.0),
        ("Fri, 31 Dec 99999999999999999999 23:59:59 GMT", None),
        ("31 Dec 1999 99999999999999999999:59:59", None),
        ("soon", None),
        ("-1", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_as_seconds_and_as_a_date(said: str | None, wait_s: float | None) -> None:
    assert retry_after_s(said, NOW) == wait_s


def test_who_does_not_say_for_how_long_is_left_alone_for_ten_seconds_and_up_to_one_more() -> None:
    assert (stay_away_s(None, 0.0), stay_away_s(None, 1.0), stay_away_s(3.0, 0.5)) == (10.0, 11.0, 3.5)


def test_each_failure_doubles_the_wait() -> None:
    assert [backoff_s(number, 0.0) for number in range(1, 6)] == [1.0, 2.0, 4.0, 8.0, 16.0]
    assert backoff_s(1, 1.0) == 1.1


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (200, Meaning.FOUND),
        (302, Meaning.MOVED),
        (304, Meaning.SAME),
        (400, Meaning.DECLINED),
        (401, Meaning.MISCONFIGURED),
        (403, Meaning.MISCONFIGURED),
        (404, Meaning.NOT_FOUND),
        (418, Meaning.DECLINED),
        (429, Meaning.TOO_OFTEN),
        (500, Meaning.FAULT),
        (503, Meaning.FAULT),
    ],
)
def test_every_status_has_one_meaning(status: int, meaning: Meaning) -> None:
    assert meaning_of(status) is meaning


def test_a_provider_that_fails_again_and_again_rests_longer_each_time() -> None:
    breaker = Breaker()
    begun = [breaker.failed("down", 0.0) for _ in range(FAILURES)]

    assert begun == [False] * (FAILURES - 1) + [True]
    assert breaker.left_s(1.0) == REST_S - 1.0
    assert not breaker.failed("down", 100.0)
    assert breaker.left_s(100.0) == 2 * REST_S
    for _ in range(20):
        breaker.failed("down", 200.0)
    assert breaker.left_s(200.0) == LONGEST_REST_S


def test_after_a_rest_one_alone_tries_whether_it_is_well() -> None:
    breaker = Breaker()
    for _ in range(FAILURES):
        breaker.failed("down", 0.0)

    assert (breaker.rests_s(REST_S), breaker.rests_s(REST_S)) == (0.0, REST_S)

    assert breaker.well()
    assert (breaker.rests_s(REST_S), breaker.reason, breaker.well()) == (0.0, "", False)


def test_a_word_is_due_once_on_who_wants_to_be_left_alone_until_it_answers_and_where_it_is_for_long() -> None:
    breaker = Breaker()

    assert [breaker.shut(now_s + 10, now_s) for now_s in (0, 10, 20)] == [True, False, False]
    assert breaker.away_s(20) == 0, "nobody notices ten seconds"
    assert breaker.shut(1000, 30)
    assert (breaker.away_s(30), breaker.away_s(950)) == (970, 0)

    breaker.well()
    assert breaker.away_s(30) == 0
    assert breaker.shut(50, 40)
