"""The bulletin: events in order, for listeners at their own pace."""

from threading import Thread

from shishod.work.bulletin import Bulletin


def numbers(bulletin: Bulletin, after: int = 0, limit: int = 500) -> list[int]:
    return [event.number for event in bulletin.since(after, limit)]


def some(count: int, kept: int = 100) -> Bulletin:
    bulletin = Bulletin(kept)
    for number in range(count):
        bulletin.tell("book-new", book=number)
    return bulletin


def test_a_listener_goes_on_after_the_last_that_it_heard() -> None:
    bulletin = some(5)

    assert numbers(bulletin) == [1, 2, 3, 4, 5]
    assert numbers(bulletin, after=3) == [4, 5]
    assert numbers(bulletin, after=5) == []
    assert numbers(bulletin, after=99) == []
    assert numbers(bulletin, after=1, limit=2) == [2, 3]


def test_the_oldest_are_forgotten_and_that_is_seen_by_the_numbers() -> None:
    assert numbers(some(10, kept=4)) == [7, 8, 9, 10]
    assert numbers(some(10, kept=4), after=8) == [9, 10]


def test_facts_are_kept_as_they_were_told() -> None:
    (event,) = some(1).since(0)

    assert (event.kind, event.facts) == ("book-new", {"book": 0})


def test_a_listener_is_woken_by_the_first_event() -> None:
    bulletin = Bulletin()
    heard: list[int] = []
    listening = Thread(target=lambda: heard.extend(event.number for event in bulletin.wait(0, 30)))
    listening.start()

    bulletin.tell("scan-started", scan="a")
    listening.join(10)

    assert heard == [1]


def test_nothing_is_lost_or_doubled_when_many_tell_at_once() -> None:
    bulletin = Bulletin(kept=4000)
    threads = [Thread(target=lambda: [bulletin.tell("book-new", book=1) for _ in range(500)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert numbers(bulletin, limit=5000) == list(range(1, 4001))
