"""Nine threads that are switched at every turn, on everything that is shared."""

import random
import threading
from collections import Counter
from collections.abc import Sequence

from shishod.model.ticket import Errand, Ticket
from shishod.work.batch import Batcher
from shishod.work.once import Once
from shishod.work.queue import TicketQueue
from tests.work.crowd import restless, together

THREADS = 9


def toil() -> int:
    """Take long enough for other threads to have their turn meanwhile."""
    return sum(range(3000))


def test_the_queue_loses_nothing_and_gives_nothing_out_twice() -> None:
    queue = TicketQueue()
    asked = [0] * 40  # how often a subject has changed
    done = [0] * 40  # the change that its last worker saw
    at_work = [threading.Lock() for _ in asked]
    producing = threading.Semaphore(0)

    def produce(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(400):
            subject = chance.randrange(len(asked))
            asked[subject] += 1
            queue.request(Ticket(subject, priority=chance.randrange(5)))
        producing.release()

    def consume() -> None:
        while tickets := queue.claim_some(4):
            for ticket in tickets:
                subject = ticket.subject
                assert isinstance(subject, int)
                assert at_work[subject].acquire(blocking=False), "two workers hold the same subject"
                done[subject] = asked[subject]
                at_work[subject].release()
                queue.finish(ticket)

    def end() -> None:
        for _ in range(4):
            producing.acquire()
        while queue.waiting()[Errand.INSPECT] or queue.in_hand():
            queue.wait_for_room(Errand.INSPECT, 1, 0.01)
        queue.close()

    with restless():
        together(*[lambda seed=seed: produce(seed) for seed in range(4)], *[consume] * (THREADS - 4), end)

    # Counts are bumped without a lock, so one may be lost; but never the last before a request.
    assert done == asked


def test_once_computes_each_key_once_though_many_fail() -> None:
    once: Once[int, int] = Once()
    computed: Counter[int] = Counter()
    holders: Counter[int] = Counter()
    lock = threading.Lock()

    def ask(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(150):
            keys = chance.sample(range(30), 5)
            with once.hold(keys) as held:
                assert set(held.known) | set(held.mine) == set(keys)
                assert all(value == key * 2 for key, value in held.known.items())
                with lock:
                    holders.update(held.mine)
                    assert all(holders[key] == 1 for key in held.mine), "two threads compute one key"
                toil()
                given = [key for key in held.mine if chance.random() < 0.05]  # the others fail
                with lock:
                    computed.update(given)
                    holders.subtract(held.mine)
                held.give({key: key * 2 for key in given})

    with restless():
        together(*[lambda seed=seed: ask(seed) for seed in range(THREADS)])

    assert set(computed.values()) == {1}
    assert len(once) == len(computed)


def test_the_batcher_answers_each_caller_with_its_own() -> None:
    at_once = threading.Semaphore(2)
    seen: list[int] = []

    def write(things: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        assert at_once.acquire(blocking=False), "more than two write"
        assert len(things) <= 10
        seen.append(len(things))
        toil()
        if any(number % 50 == 7 for _, number in things):
            at_once.release()
            raise OSError("refused")
        at_once.release()
        return [(-caller, number) for caller, number in things]

    batcher = Batcher(write, most=10, writers=2)
    refused: Counter[int] = Counter()

    def put(caller: int) -> None:
        for number in range(0, 300, 3):
            mine = [(caller, number), (caller, number + 1), (caller, number + 2)]
            try:
                assert batcher.put(mine) == [(-caller, n) for _, n in mine]
            except OSError:
                refused[caller] += 1

    with restless():
        together(*[lambda caller=caller: put(caller) for caller in range(1, THREADS + 1)])

    assert sum(seen) == THREADS * 300 == batcher.stats()["things"]
    assert all(refused[caller] >= 6 for caller in range(1, THREADS + 1))
