"""The worker threads: claim, carry out, finish; and never die of it."""

import threading
import weakref
from collections.abc import Iterator, Sequence

import pytest

from shishod.model.ticket import Errand, Ticket
from shishod.work.pool import WorkerPool
from shishod.work.queue import TicketQueue
from shishod.work.stop import StopSignal
from tests.hearing import capture_logs
from tests.waiting import wait_until


class House:
    """A queue, a stop signal and the pools of one test, all ended with it."""

    def __init__(self) -> None:
        self.queue = TicketQueue()
        self.stop = StopSignal()
        self.share = threading.Event()  # a dead share comes back when it is set
        self.pools: list[WorkerPool] = []
        self.carried: list[list[object]] = []

    def pool(self, workers: int = 2, chunk: int = 1) -> WorkerPool:
        errands = {Errand.INSPECT: self.inspect}
        pool = WorkerPool("scan", self.queue, errands, workers, self.stop, {Errand.INSPECT: chunk})
        self.pools.append(pool)
        pool.start()
        return pool

    def inspect(self, tickets: Sequence[Ticket]) -> None:
        subjects = [ticket.subject for ticket in tickets]
        if "stuck" in subjects:
            self.share.wait(30)
        if "broken" in subjects:
            raise ValueError("cannot be read")
        if "exit" in subjects:
            raise SystemExit(3)
        self.carried.append(subjects)

    def ask(self, *subjects: str) -> None:
        for subject in subjects:
            self.queue.request(Ticket(subject))

    def subjects(self) -> set[object]:
        return {subject for batch in self.carried for subject in batch}

    def end(self) -> None:
        self.share.set()
        self.stop.set()
        assert all(pool.join(10) for pool in self.pools)


@pytest.fixture
def house() -> Iterator[House]:
    house = House()
    yield house
    house.end()


def busy_with(pool: WorkerPool, subject: str) -> str:
    """The name of the worker that has the subject in hand, once one has."""

    def found() -> str | None:
        hands = [hand for hand in pool.hands() if any(ticket.subject == subject for ticket in hand.tickets)]
        return hands[0].worker if hands else None

    return str(wait_until(found))


def test_what_is_asked_for_is_carried_out_and_finished(house: House) -> None:
    house.pool()

    house.ask("a", "b", "c")

    wait_until(lambda: house.subjects() == {"a", "b", "c"} and not house.queue.in_hand())


def test_a_worker_takes_neighbours_along(house: House) -> None:
    house.ask("a", "b", "c", "d", "e")

    house.pool(workers=1, chunk=4)

    wait_until(lambda: len(house.carried) == 2)
    assert house.carried == [["a", "b", "c", "d"], ["e"]]


def test_a_worker_leaves_other_errands_alone(house: House) -> None:
    house.pool()

    house.queue.request(Ticket("folder", Errand.WALK))
    house.ask("book")

    wait_until(lambda: house.subjects() == {"book"})
    assert house.queue.waiting()[Errand.WALK] == 1


@pytest.mark.parametrize("subject", ["broken", "exit"])
def test_an_errand_that_raises_costs_its_tickets_and_no_worker(house: House, subject: str) -> None:
    pool = house.pool(workers=1)

    with capture_logs() as lines:
        house.ask(subject, "after")
        wait_until(lambda: house.subjects() == {"after"})

    assert pool.failures() == 1
    assert pool.alive()
    assert [line["log_level"] for line in lines] == ["error"]
    wait_until(lambda: not house.queue.in_hand())


def test_what_a_worker_has_in_hand_can_be_seen(house: House) -> None:
    pool = house.pool(workers=2)

    house.ask("stuck")
    name = busy_with(pool, "stuck")

    hands = {hand.worker: hand for hand in pool.hands()}
    assert set(hands) == {"scan-0", "scan-1"}
    assert hands[name].tickets == (Ticket("stuck"),)
    assert hands[name].since_s > 0
    assert [hand.tickets for hand in hands.values() if hand.worker != name] == [()]


def test_threads_bear_the_names_of_their_workers(house: House) -> None:
    pool = house.pool(workers=2)

    names = {thread.name: thread.daemon for thread in threading.enumerate() if thread.name.startswith("scan-")}

    assert names == {hand.worker: True for hand in pool.hands()}


def test_a_stuck_worker_is_replaced_and_the_work_goes_on(house: House) -> None:
    pool = house.pool(workers=1)
    house.ask("stuck", "next")
    name = busy_with(pool, "stuck")

    assert pool.replace(name) is True

    wait_until(lambda: house.subjects() == {"next"})
    assert [hand.worker for hand in pool.hands()] != [name]


def test_what_a_stuck_worker_has_in_hand_is_done_by_another_who_is_asked_for_it(house: House) -> None:
    pool = house.pool(workers=1)
    house.ask("stuck")
    name = busy_with(pool, "stuck")
    pool.replace(name)

    house.ask("stuck")

    assert busy_with(pool, "stuck") != name


def test_a_replaced_worker_that_comes_back_ends(house: House) -> None:
    pool = house.pool(workers=1)
    house.ask("stuck")
    name = busy_with(pool, "stuck")
    pool.replace(name)

    house.share.set()

    wait_until(lambda: not house.queue.in_hand())
    wait_until(lambda: name not in {thread.name for thread in threading.enumerate()})
    assert pool.alive()


def test_a_worker_that_is_not_there_cannot_be_replaced(house: House) -> None:
    assert house.pool().replace("scan-99") is False


def test_stopping_lets_the_work_in_hand_be_finished(house: House) -> None:
    pool = house.pool(workers=1)
    house.ask("stuck", "left for the next start")
    busy_with(pool, "stuck")

    house.stop.set()
    assert pool.join(0.02) is False
    house.share.set()

    assert pool.join(10) is True
    assert house.subjects() == {"stuck"}
    assert house.queue.in_hand() == []


def test_idle_workers_stop_at_once(house: House) -> None:
    pool = house.pool(workers=8)

    house.stop.set()

    assert pool.join(5) is True
    assert not pool.alive()


def test_more_workers_can_be_hired(house: House) -> None:
    pool = house.pool(workers=1)
    house.ask("stuck", "a")
    busy_with(pool, "stuck")

    pool.resize(2)

    wait_until(lambda: house.subjects() == {"a"})
    assert pool.alive()


def test_dismissed_workers_end_after_what_they_have_in_hand(house: House) -> None:
    pool = house.pool(workers=3)
    house.ask("stuck")
    busy_with(pool, "stuck")

    pool.resize(1)
    house.share.set()
    house.ask("a", "b", "c", "d")

    wait_until(lambda: house.subjects() == {"stuck", "a", "b", "c", "d"})
    assert len(pool.hands()) == 1
    assert pool.alive()


class Load:
    """What a ticket carries, and what can be seen to go."""


def test_what_a_worker_has_done_is_let_go_while_it_waits_for_more(house: House) -> None:
    house.pool(workers=1)
    load = Load()
    gone = weakref.ref(load)

    house.queue.request(Ticket("a", load=load))
    del load

    wait_until(lambda: house.carried == [["a"]], 5, "it is done")
    wait_until(lambda: gone() is None, 5, "nothing of it is kept")
