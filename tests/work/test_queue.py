"""Each thing once, the urgent first, nothing lost."""

import threading
import time
from dataclasses import dataclass

import pytest

from shishod.model.ticket import Errand, Priority, Ticket
from shishod.work.queue import TicketQueue
from tests.waiting import wait_until
from tests.work.crowd import together


class Clock:
    """A clock that is wound by hand."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@dataclass(frozen=True)
class Names:
    """A load that keeps what both requests wanted."""

    names: frozenset[str]

    def joined(self, other: "Names") -> "Names":
        return Names(self.names | other.names)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queue(clock: Clock) -> TicketQueue:
    return TicketQueue(clock, ageing_s=60.0)


def drained(queue: TicketQueue) -> list[object]:
    """The subjects in the order in which a single worker gets them."""
    subjects = []
    while (ticket := queue.claim(timeout_s=0)) is not None:
        queue.finish(ticket)
        subjects.append(ticket.subject)
    return subjects


def test_the_urgent_goes_first(queue: TicketQueue) -> None:
    for priority in (3, 0, 4, 2, 1):
        queue.request(Ticket(priority, priority=priority))

    assert drained(queue) == [0, 1, 2, 3, 4]


def test_among_equals_who_asked_first_goes_first(queue: TicketQueue, clock: Clock) -> None:
    for subject in "abcde":
        queue.request(Ticket(subject))
        clock.now_s += 1

    assert drained(queue) == list("abcde")


def test_asking_twice_is_asking_once(queue: TicketQueue) -> None:
    assert queue.request(Ticket("a")) is True
    assert queue.request(Ticket("a")) is False

    assert queue.waiting()[Errand.INSPECT] == 1
    assert drained(queue) == ["a"]


def test_the_same_subject_under_another_errand_is_other_work(queue: TicketQueue) -> None:
    assert queue.request(Ticket("a", Errand.WALK))
    assert queue.request(Ticket("a", Errand.INSPECT))

    assert drained(queue) == ["a", "a"]


def test_a_ticket_asked_for_more_urgently_is_raised(queue: TicketQueue) -> None:
    queue.request(Ticket("slow", priority=Priority.LOW))
    queue.request(Ticket("usual", priority=Priority.MEDIUM))
    queue.request(Ticket("slow", priority=Priority.HIGH))

    assert drained(queue) == ["slow", "usual"]


def test_a_ticket_asked_for_less_urgently_is_not_lowered(queue: TicketQueue) -> None:
    queue.request(Ticket("a", priority=Priority.HIGH))
    queue.request(Ticket("b", priority=Priority.MEDIUM))
    queue.request(Ticket("a", priority=Priority.VERY_LOW))

    assert drained(queue) == ["a", "b"]


def test_loads_of_the_same_work_are_joined(queue: TicketQueue) -> None:
    for part in range(200):
        queue.request(Ticket("book", load=Names(frozenset({f"part {part}"}))))

    ticket = queue.claim(timeout_s=0)

    assert ticket is not None
    assert ticket.load.names == {f"part {part}" for part in range(200)}
    assert queue.claim(timeout_s=0) is None


def test_what_is_in_hand_is_not_given_out_again(queue: TicketQueue) -> None:
    queue.request(Ticket("a"))
    queue.claim(timeout_s=0)

    queue.request(Ticket("a"))

    assert queue.claim(timeout_s=0) is None


def test_a_change_during_the_work_is_not_lost(queue: TicketQueue) -> None:
    queue.request(Ticket("a"))
    in_hand = queue.claim(timeout_s=0)
    assert in_hand is not None
    assert queue.request(Ticket("a", priority=Priority.LOW)) is True  # the file changed under the worker
    assert queue.request(Ticket("a", priority=Priority.HIGH)) is False

    queue.finish(in_hand)

    assert queue.claim(timeout_s=0) == Ticket("a", priority=Priority.HIGH)


def test_a_ticket_that_is_laid_down_late_leaves_its_successor_in_hand(queue: TicketQueue) -> None:
    queue.request(Ticket("a"))
    given_up = queue.claim(timeout_s=0)
    assert given_up is not None
    queue.finish(given_up)
    queue.request(Ticket("a"))
    queue.claim(timeout_s=0)

    queue.finish(given_up)

    assert queue.in_hand() == [Ticket("a")]


def test_finishing_leaves_nothing_behind(queue: TicketQueue) -> None:
    queue.request(Ticket("a"))
    ticket = queue.claim(timeout_s=0)
    assert ticket is not None

    queue.finish(ticket)
    queue.finish(ticket)

    assert queue.in_hand() == []
    assert queue.request(Ticket("a")) is True
    assert drained(queue) == ["a"]


def test_the_humblest_is_served_in_the_end(queue: TicketQueue, clock: Clock) -> None:
    queue.request(Ticket("humble", priority=Priority.VERY_LOW))

    served = []
    for hour in range(60):
        clock.now_s += 10
        queue.request(Ticket(hour, priority=Priority.HIGH))
        ticket = queue.claim(timeout_s=0)
        assert ticket is not None
        queue.finish(ticket)
        served.append(ticket.subject)

    assert "humble" in served
    assert served.index("humble") >= 17  # three priorities are three minutes, and not before


def test_a_fresh_urgent_ticket_passes_those_that_wait_their_first_minute(queue: TicketQueue, clock: Clock) -> None:
    queue.request(Ticket("scan"))
    clock.now_s += 59

    queue.request(Ticket("just dropped", priority=Priority.HIGH))

    assert drained(queue) == ["just dropped", "scan"]


def test_a_delayed_ticket_waits_for_its_time(queue: TicketQueue, clock: Clock) -> None:
    queue.request(Ticket("later", not_before_s=clock.now_s + 5))
    assert queue.claim(timeout_s=0) is None
    assert queue.waiting()[Errand.INSPECT] == 1

    clock.now_s += 5

    assert drained(queue) == ["later"]


def test_those_that_wait_for_a_far_moment_are_counted_apart(queue: TicketQueue, clock: Clock) -> None:
    for subject, wait_s in (("soon", 5), ("far", 60), ("farther", 600)):
        queue.request(Ticket(subject, not_before_s=clock.now_s + wait_s))
    queue.request(Ticket("now"))

    assert (queue.waiting()[Errand.INSPECT], queue.later()[Errand.INSPECT]) == (4, 2)

    clock.now_s += 60

    assert (queue.waiting()[Errand.INSPECT], queue.later()[Errand.INSPECT]) == (4, 1)


def test_a_ticket_wanted_later_stays_wanted_when_the_same_is_done_before(queue: TicketQueue, clock: Clock) -> None:
    queue.request(Ticket("a", not_before_s=clock.now_s + 60))
    queue.request(Ticket("a", not_before_s=clock.now_s + 3))
    queue.request(Ticket("a"))

    assert drained(queue) == ["a"]
    clock.now_s += 3
    assert drained(queue) == ["a"]
    clock.now_s += 57
    assert drained(queue) == ["a"]
    assert not any(queue.waiting().values())


def test_what_is_due_when_the_work_begins_is_done_by_it(queue: TicketQueue, clock: Clock) -> None:
    for wait_s in (1, 2, 2, 3, 4):
        queue.request(Ticket("a", not_before_s=clock.now_s + wait_s, load=Names(frozenset({str(wait_s)}))))
    assert queue.waiting()[Errand.INSPECT] == 4
    clock.now_s += 3

    ticket = queue.claim(timeout_s=0)

    assert ticket is not None
    assert ticket.load.names == {"1", "2", "3"}
    assert queue.claim(timeout_s=0) is None
    assert queue.waiting()[Errand.INSPECT] == 1


def test_a_ticket_that_comes_due_while_its_work_is_in_hand_has_one_more_turn(queue: TicketQueue, clock: Clock) -> None:
    queue.request(Ticket("a"))
    queue.request(Ticket("a", not_before_s=clock.now_s + 5))
    in_hand = queue.claim(timeout_s=0)
    assert in_hand is not None
    clock.now_s += 5
    assert queue.claim(timeout_s=0) is None

    queue.finish(in_hand)

    assert drained(queue) == ["a"]


def test_cancelling_reaches_what_is_wanted_later(queue: TicketQueue, clock: Clock) -> None:
    queue.request(Ticket("a"))
    queue.request(Ticket("a", not_before_s=clock.now_s + 5))

    assert len(queue.drop(lambda _: True)) == 2

    clock.now_s += 10
    assert drained(queue) == []
    assert not any(queue.waiting().values())


def test_what_comes_due_by_a_moment_is_known(queue: TicketQueue, clock: Clock) -> None:
    later, now = Ticket("later", not_before_s=clock.now_s + 10), Ticket("now")
    queue.request(later)
    queue.request(now)

    assert [queue.comes_due(later.key, clock.now_s + wait_s) for wait_s in (9, 10, 11)] == [False, True, True]
    assert not queue.comes_due(now.key, clock.now_s + 100)

    clock.now_s += 10
    drained(queue)
    assert not queue.comes_due(later.key, clock.now_s + 100)


def test_a_delayed_ticket_may_become_more_urgent_while_it_waits(queue: TicketQueue, clock: Clock) -> None:
    queue.request(Ticket("a", not_before_s=clock.now_s + 5, priority=Priority.LOW))
    queue.request(Ticket("b", not_before_s=clock.now_s + 5, priority=Priority.MEDIUM))
    queue.request(Ticket("a", not_before_s=clock.now_s + 5, priority=Priority.HIGH))
    clock.now_s += 10

    assert drained(queue) == ["a", "b"]


def test_the_time_before_it_may_begin_makes_nothing_urgent(queue: TicketQueue, clock: Clock) -> None:
    queue.request(Ticket("delayed", not_before_s=clock.now_s + 600, priority=Priority.LOW))
    clock.now_s += 600
    queue.request(Ticket("usual"))

    assert drained(queue) == ["usual", "delayed"]


def test_a_worker_gets_only_the_errands_it_carries(queue: TicketQueue) -> None:
    queue.request(Ticket("folder", Errand.WALK, priority=Priority.CRITICAL))
    queue.request(Ticket("book", Errand.INSPECT, priority=Priority.LOW))

    assert queue.claim([Errand.INSPECT, Errand.COVER], timeout_s=0) == Ticket("book", priority=Priority.LOW)
    assert queue.claim([Errand.INSPECT, Errand.COVER], timeout_s=0) is None


def test_some_are_claimed_in_order_and_no_more_than_asked(queue: TicketQueue) -> None:
    for subject in range(10):
        queue.request(Ticket(subject))

    assert [ticket.subject for ticket in queue.claim_some(4, timeout_s=0)] == [0, 1, 2, 3]
    assert len(queue.in_hand()) == 4
    assert queue.waiting()[Errand.INSPECT] == 6


def test_those_claimed_together_are_alike(queue: TicketQueue) -> None:
    queue.request(Ticket("urgent", priority=Priority.HIGH))
    queue.request(Ticket("usual"))
    queue.request(Ticket("folder", Errand.WALK, priority=Priority.HIGH))

    assert [ticket.subject for ticket in queue.claim_some(8, timeout_s=0)] == ["urgent"]


def test_how_many_are_claimed_may_differ_by_errand(queue: TicketQueue) -> None:
    for subject in range(5):
        queue.request(Ticket(subject, Errand.WALK, priority=Priority.HIGH))
        queue.request(Ticket(subject, Errand.INSPECT, priority=Priority.LOW))

    assert len(queue.claim_some({Errand.INSPECT: 3}, timeout_s=0)) == 1
    assert len(queue.claim_some({Errand.INSPECT: 3}, [Errand.INSPECT], timeout_s=0)) == 3


def test_cancelled_tickets_are_handed_back_and_forgotten(queue: TicketQueue) -> None:
    for subject in range(6):
        queue.request(Ticket(subject))

    dropped = queue.drop(lambda ticket: int(str(ticket.subject)) % 2 == 0)

    assert [ticket.subject for ticket in dropped] == [0, 2, 4]
    assert drained(queue) == [1, 3, 5]
    assert queue.request(Ticket(0)) is True


def test_a_cancelled_second_turn_does_not_come(queue: TicketQueue) -> None:
    queue.request(Ticket("a"))
    ticket = queue.claim(timeout_s=0)
    assert ticket is not None
    queue.request(Ticket("a"))

    assert len(queue.drop(lambda _: True)) == 1
    queue.finish(ticket)

    assert queue.claim(timeout_s=0) is None


def test_what_is_asked_for_while_cancelling_stays(queue: TicketQueue) -> None:
    queue.request(Ticket("a", load=Names(frozenset({"old"}))))

    def meanwhile(_: Ticket) -> bool:
        queue.request(Ticket("a", load=Names(frozenset({"new"}))))
        return True

    assert queue.drop(meanwhile) == []
    assert drained(queue) == ["a"]


def test_a_waiting_worker_wakes_for_a_request() -> None:
    queue = TicketQueue()
    got: list[Ticket | None] = []

    together(lambda: got.append(queue.claim(timeout_s=10)), lambda: queue.request(Ticket("a")))

    assert got == [Ticket("a")]


def test_a_waiting_worker_wakes_when_a_delay_is_over() -> None:
    queue = TicketQueue()
    queue.request(Ticket("a", not_before_s=time.monotonic() + 0.05))

    assert queue.claim(timeout_s=10) is not None


def test_a_claim_gives_up_after_its_time() -> None:
    began = time.monotonic()

    assert TicketQueue().claim(timeout_s=0.05) is None
    assert 0.05 <= time.monotonic() - began < 5


def test_a_delay_is_kept_when_the_worker_that_knew_of_it_gave_up() -> None:
    queue = TicketQueue()
    got: list[Ticket | None] = []
    impatient = threading.Thread(target=lambda: got.append(queue.claim(timeout_s=0.3)), daemon=True)
    patient = threading.Thread(target=lambda: got.append(queue.claim()), daemon=True)
    for count, worker in enumerate([impatient, patient], start=1):
        worker.start()
        wait_until(lambda n=count: sum(len(asked._waiters) for asked in queue._claimers.values()) == n)

    queue.request(Ticket("delayed", not_before_s=time.monotonic() + 0.5))

    wait_until(lambda: len(got) == 2, deadline_s=5, why="the patient worker was never told of the delayed ticket")
    assert [ticket and ticket.subject for ticket in got] == [None, "delayed"]


def test_workers_of_different_errands_do_not_take_each_others_wake_ups() -> None:
    queue = TicketQueue()
    got: list[Ticket | None] = []
    threads = [
        threading.Thread(target=lambda e=errand: got.append(queue.claim([e])), daemon=True)
        for errand in (Errand.WALK, Errand.INSPECT, Errand.COVER, Errand.HASH)
    ]
    for thread in threads:
        thread.start()

    for errand in (Errand.HASH, Errand.COVER, Errand.INSPECT, Errand.WALK):
        queue.request(Ticket("a", errand))

    wait_until(lambda: len(got) == 4, why="somebody slept on")


def test_closing_sends_everybody_home() -> None:
    queue = TicketQueue()
    got: list[object] = []

    together(
        lambda: got.append(queue.claim()),
        lambda: got.append(queue.claim_some(5)),
        lambda: got.append(queue.wait_for_room(Errand.INSPECT, 0, 10)),
        queue.close,
    )

    assert [answer for answer in got if answer] == []
    assert len(got) == 3


def test_after_closing_nothing_is_taken_or_given() -> None:
    queue = TicketQueue()
    queue.request(Ticket("a"))

    queue.close()

    assert queue.claim() is None
    assert queue.request(Ticket("b")) is False


def test_the_walker_waits_while_there_is_no_room() -> None:
    queue = TicketQueue()
    for subject in range(3):
        queue.request(Ticket(subject))

    assert queue.wait_for_room(Errand.INSPECT, 3, timeout_s=0) is False
    assert queue.wait_for_room(Errand.INSPECT, 4, timeout_s=0) is True
    assert queue.wait_for_room(Errand.WALK, 1, timeout_s=0) is True


def test_the_walker_goes_on_when_a_worker_claims() -> None:
    queue = TicketQueue()
    queue.request(Ticket("a"))
    answers: list[bool] = []

    together(lambda: answers.append(queue.wait_for_room(Errand.INSPECT, 1, 10)), queue.claim)

    assert answers == [True]


class Counted(float):
    """A moment or a subject; counts how often it is compared, as a heap and a search both begin with `==`."""

    asked = 0

    def __eq__(self, other: object) -> bool:
        Counted.asked += 1
        return float(self) == other

    def __add__(self, other: float) -> "Counted":
        return Counted(float(self) + other)

    __radd__ = __add__
    __hash__ = float.__hash__


def comparisons(requests: int) -> int:
    """How many it takes to ask for so many things, each of them twice, and to hand them all out."""
    queue = TicketQueue(lambda: Counted(1000.0))
    Counted.asked = 0
    for number in (*range(requests), *range(requests)):
        queue.request(Ticket(Counted(number), priority=number * 7919 % 5))
    assert len(drained(queue)) == requests
    return Counted.asked


def test_ten_times_the_requests_take_hardly_more_than_ten_times_the_comparisons() -> None:
    few = comparisons(1_000)

    assert few > 5_000  # they are really counted
    assert comparisons(10_000) < 20 * few


def test_light_tickets_are_taken_together_up_to_the_weight_of_a_handful() -> None:
    queue = TicketQueue()
    for number in range(40):
        queue.request(Ticket(number, Errand.INSPECT, weight=1 / 16))
    for number in range(40, 44):
        queue.request(Ticket(number, Errand.INSPECT))

    assert [len(queue.claim_some({Errand.INSPECT: 2}, timeout_s=0)) for _ in range(4)] == [32, 10, 2, 0]


@dataclass(frozen=True)
class Colour:
    """A load that goes with its like."""

    name: str

    def company(self, _subject: object) -> str:
        return self.name


def test_only_tickets_of_one_company_are_taken_together(queue: TicketQueue) -> None:
    for number, name in enumerate(("red", "red", "blue", "red")):
        queue.request(Ticket(number, load=Colour(name)))

    taken = [[one.subject for one in queue.claim_some(9, timeout_s=0)] for _ in range(4)]

    assert taken == [[0, 1], [2], [3], []]


def test_while_it_is_held_nothing_is_given_out_and_everything_is_taken(queue: TicketQueue, clock: Clock) -> None:
    queue.request(Ticket("a"))
    queue.request(Ticket("b", not_before_s=clock.now_s + 1))
    queue.hold("pause")
    clock.now_s += 2
    queue.request(Ticket("c"))

    assert queue.claim(timeout_s=0) is None
    assert queue.waiting()[Errand.INSPECT] == 3

    queue.lift("pause")
    assert sorted(map(str, drained(queue))) == ["a", "b", "c"]


def test_it_is_held_until_the_last_who_held_it_lets_go(queue: TicketQueue) -> None:
    queue.request(Ticket("a"))
    queue.hold("operator")
    queue.hold("load")
    queue.hold("load")

    queue.lift("load")
    assert queue.claim(timeout_s=0) is None
    queue.lift("operator")
    assert queue.claim(timeout_s=0) == Ticket("a")


def test_a_worker_that_waits_through_a_hold_wakes_when_it_is_lifted() -> None:
    queue = TicketQueue()
    queue.hold("pause")
    queue.request(Ticket("a", not_before_s=time.monotonic()))
    got: list[Ticket | None] = []

    together(lambda: got.append(queue.claim(timeout_s=10)), lambda: queue.lift("pause"))

    assert [ticket and ticket.subject for ticket in got] == ["a"]


def test_closing_ends_a_hold() -> None:
    queue = TicketQueue()
    queue.hold("pause")
    got: list[Ticket | None] = []

    together(lambda: got.append(queue.claim()), queue.close)

    assert got == [None]
