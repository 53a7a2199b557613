"""A catalogue that takes nothing: what could not be recorded is told, not lost, and tried again by itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from shishod.model.progress import ScanStatus
from shishod.model.ticket import Errand
from shishod.scan.arrears import FIRST_S, LONGEST_S, Arrears
from shishod.store.catalog import SqlCatalog
from shishod.work.queue import TicketQueue
from shishod.work.runners import Failed
from tests.samples import an_epub
from tests.scan.house import HandClock, House


@contextmanager
def no_room(catalog: SqlCatalog) -> Iterator[None]:
    """SQLite itself says that the database is full: it may not have one page more than it has."""

    def limit(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count={connection.execute('PRAGMA page_count').fetchone()[0]}")

    def free(connection: Any, *_: object) -> None:
        connection.execute("PRAGMA max_page_count=1073741823")

    engine = catalog._database.engine
    event.listen(engine, "checkout", limit)
    try:
        yield
    finally:
        event.remove(engine, "checkout", limit)
        event.listen(engine, "checkout", free)


@pytest.fixture
def laden(house: House, library: Path) -> House:
    """Forty books to record, and their walk done."""
    for number in range(40):
        (library / str(number)).mkdir()
        an_epub(library / str(number) / "a.epub", title=f"Title {number}", description="long " * 2000)
    return house


def test_a_scan_that_finds_no_room_fails_and_says_what_to_do(laden: House) -> None:
    with no_room(laden.catalog):
        scan = laden.scan()

    assert scan.status is ScanStatus.FAILED
    assert "no room left" in scan.reason and "Make room in" in scan.reason
    assert scan.skipped == scan.total - scan.succeeded > 0
    assert "no room left" in laden.sweeper.arrears.reason()
    assert "The next try is in 5 s" in laden.sweeper.arrears.reason()


def test_what_found_no_room_is_recorded_by_itself_when_there_is_some(laden: House) -> None:
    with no_room(laden.catalog):
        laden.scan()
        laden.clock.wind(FIRST_S)
        laden.work()
        assert laden.sweeper.arrears.reason()
    laden.work()
    assert len(laden.titles()) < 40

    laden.clock.wind(2 * FIRST_S)
    laden.work()

    assert len(laden.titles()) == 40
    assert laden.sweeper.arrears.reason() == ""
    assert laden.queue.waiting()[Errand.WALK] == 0


def test_nothing_is_read_for_a_catalogue_that_takes_nothing(laden: House) -> None:
    with no_room(laden.catalog):
        laden.scan()
        first = len(laden.reads())
        laden.hint("3", "a.epub")
        laden.work()

        assert 0 < first < 40
        assert laden.reads() == []


def test_a_scan_by_hand_does_not_wait_for_the_next_try(laden: House) -> None:
    with no_room(laden.catalog):
        laden.scan()

    assert laden.scan().status is ScanStatus.COMPLETED
    assert len(laden.titles()) == 40
    assert laden.sweeper.arrears.reason() == ""


def test_a_failed_scan_that_could_not_be_written_is_written_with_the_next(laden: House) -> None:
    asked = laden.request()
    written, laden.scans._write = laden.scans._write, lambda _: False  # type: ignore[method-assign]
    laden.work()
    laden.scans._write = written  # type: ignore[method-assign]

    laden.scan()

    assert [one.status for one in laden.catalog.scans() if one.id == asked.id] == [ScanStatus.COMPLETED]


def waits_of(arrears: Arrears, clock: HandClock, tries: int) -> list[float]:
    """How long each of so many failures in a row puts off the next try."""
    waits = []
    for _ in range(tries):
        arrears.owe(1, "full")
        wait_s = 0.0
        while arrears.hindrance():
            clock.wind(1)
            wait_s += 1
        waits.append(wait_s)
    return waits


def test_tries_come_at_growing_intervals_and_begin_anew_once_all_is_recorded() -> None:
    clock = HandClock()
    arrears = Arrears(TicketQueue(clock.monotonic_s), clock)

    assert waits_of(arrears, clock, 8) == [5, 10, 20, 40, 80, 160, LONGEST_S, LONGEST_S]
    arrears.pay(1, arrears.debt(1))
    assert waits_of(arrears, clock, 1) == [5]


def test_a_walk_pays_only_what_was_owed_when_it_began() -> None:
    arrears = Arrears(TicketQueue())
    arrears.owe(1, "full")
    debt = arrears.debt(1)
    arrears.owe(1)
    arrears.owe(2)

    arrears.pay(1, debt)
    assert arrears.reason()
    arrears.pay(1, arrears.debt(1))
    assert arrears.reason()
    arrears.pay(2, arrears.debt(2))
    assert arrears.reason() == ""
    assert arrears.hindrance() == ""


@pytest.mark.parametrize("failures", [1, 5])
def test_many_failures_at_once_are_one_try(failures: int) -> None:
    clock = HandClock()
    queue = TicketQueue(clock.monotonic_s)
    arrears = Arrears(queue, clock)

    for _ in range(failures):
        arrears.owe(1, "full")

    clock.wind(FIRST_S)
    assert arrears.hindrance() == ""
    assert queue.waiting()[Errand.WALK] == 1


def test_what_no_process_could_be_started_for_is_told_and_read_by_itself_later(house: House, library: Path) -> None:
    for title in ("One", "Two"):
        an_epub(library / f"{title}.epub", title=title)
    house.runner.fails = {b"One.epub": Failed("unable", "no process could be started")}

    scan = house.scan()

    assert scan.status is ScanStatus.FAILED
    assert "no process could be started" in scan.reason
    assert house.sweeper.arrears.reason() == "no process could be started. The next try is in 5 s"
    assert house.titles() == ["Two"]
    assert house.catalog.counts()["problems"] == 0, "nothing is the file's fault"
    house.runner.fails = {}
    house.clock.wind(FIRST_S)
    house.work()
    assert sorted(house.titles()) == ["One", "Two"]
    assert house.sweeper.arrears.reason() == ""
