import math

from shishod.watch.pace import (
    CALM_AT_MOST_S,
    CALM_S,
    LONGEST_S,
    QUIET_S,
    RAREST_RETRY_S,
    RAREST_S,
    RETRY_S,
    SHARE,
    LastLook,
    Polls,
    Retries,
    Storms,
    interval_s,
)

LEAST_S = 60.0


def polling(now_s=0.0):
    polls = Polls(LEAST_S)
    polls.begin(now_s)
    return polls


def asked_at(polls, looks, until_s):
    """When polls are asked for, each of which takes so long as `looks` says; wound by hand, a second a turn."""
    moments, last = [], None
    for now_s in range(int(until_s)):
        ended = last if last is not None and now_s >= last.ended_s else None
        if polls.due(now_s, ended):
            polls.asked(now_s)
            moments.append(now_s)
            took_s = looks(len(moments))
            last = LastLook(now_s + took_s, took_s)
    return moments


def test_nothing_is_due_before_polling_begins_nor_after_it_ends():
    polls = Polls(LEAST_S)
    assert not polls.due(1e9, None)
    polls.begin(0.0)
    polls.end()
    assert not polls.due(1e9, None)
    assert math.isinf(polls.next_s)


def test_a_quick_look_is_asked_for_at_every_interval():
    assert asked_at(polling(), lambda _: 0.5, 300) == [60, 120, 180, 240]


def test_a_slow_look_is_asked_for_so_rarely_that_it_takes_its_share_of_the_time():
    first, second, third = asked_at(polling(), lambda _: 10.0, 480)
    assert second - first == third - second == 10.0 / SHARE


def test_however_slow_a_look_is_the_interval_stays_one_that_was_promised():
    assert interval_s(LEAST_S, 3600.0) == RAREST_S
    assert interval_s(3600.0, 3600.0) == 3600.0


def test_a_look_that_has_not_ended_is_not_asked_for_again():
    polls = polling()
    assert polls.due(60.0, None)
    polls.asked(60.0)
    assert not any(polls.due(now_s, LastLook(30.0, 1.0)) for now_s in range(60, 900))
    assert polls.due(1100.0, LastLook(1000.0, 0.0))


def test_a_look_that_never_ends_is_asked_for_once_more_in_the_end():
    polls = polling()
    polls.asked(60.0)
    assert polls.due(60.0 + RAREST_S + LEAST_S, None)


def test_what_was_due_and_not_asked_for_is_due_again_an_interval_later():
    polls = polling()
    assert polls.due(60.0, None)
    assert not polls.due(90.0, None)
    assert polls.due(120.0, None)


def test_when_looks_grow_quick_again_so_do_polls():
    moments = asked_at(polling(), lambda number: 20.0 if number == 1 else 0.1, 700)
    assert moments[:4] == [60, 460, 520, 580]


def test_a_storm_is_cured_when_it_is_over():
    storms = Storms()
    assert storms.cure_s(100.0, begun=False) == 100.0 + CALM_S
    assert storms.cure_s(101.0, begun=True) == 101.0 + CALM_S
    assert storms.count == 2


def test_a_storm_that_does_not_end_is_cured_all_the_same():
    storms = Storms()
    storms.cure_s(100.0, begun=False)
    assert storms.cure_s(500.0, begun=True) == 100.0 + CALM_AT_MOST_S


def test_storms_that_return_are_cured_ever_more_rarely():
    storms, now_s, pauses = Storms(), 1000.0, []
    for _ in range(9):
        cure_s = storms.cure_s(now_s, begun=False)
        storms.cured(cure_s)
        pauses.append(cure_s - now_s)
        now_s = cure_s
    assert pauses == [2, 4, 8, 16, 32, 64, 128, LONGEST_S, LONGEST_S]


def test_after_a_long_calm_a_storm_is_the_first_again():
    storms = Storms()
    for now_s in (0.0, 10.0, 20.0):
        storms.cure_s(now_s, begun=False)
        storms.cured(now_s)
    assert storms.cure_s(20.0 + QUIET_S, begun=False) == 20.0 + QUIET_S + CALM_S


def test_a_retry_comes_after_a_minute_and_then_ever_more_rarely():
    retries, tried = Retries(), []
    for now_s in range(0, 4 * 3600, 5):
        if retries.due(now_s):
            tried.append(now_s)
    assert tried[:4] == [RETRY_S, RETRY_S * 3, RETRY_S * 7, RETRY_S * 15]
    assert tried[-1] - tried[-2] <= RAREST_RETRY_S


def test_a_change_makes_retries_frequent_again():
    retries = Retries()
    assert [retries.due(now_s) for now_s in (0.0, 60.0, 120.0)] == [False, True, False]
    retries.reset()
    assert [retries.due(now_s) for now_s in (130.0, 190.0)] == [False, True]
