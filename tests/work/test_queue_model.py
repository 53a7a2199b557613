"""The queue against a model that is too simple to be wrong: a list, searched from end to end."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from shishod.model.ticket import Errand, Ticket
from shishod.work.queue import TicketQueue

AGEING_S = 60
ERRANDS = (Errand.WALK, Errand.INSPECT)


@dataclass
class Wait:
    """One waiting ticket as the model sees it."""

    ticket: Ticket
    since: int
    order: int


class QueueAgainstModel(RuleBasedStateMachine):
    hands = Bundle("hands")

    def __init__(self) -> None:
        super().__init__()
        self.now = 100
        self.queue = TicketQueue(lambda: self.now, ageing_s=AGEING_S)
        self.waits: list[Wait] = []
        self.in_hand: list[Ticket] = []
        self.orders = 0

    def merged(self) -> list[Wait]:
        """All that waits: what may begin is one for each work, what is wanted later one for each moment."""
        waits: list[Wait] = []
        for new in sorted(self.waits, key=lambda wait: wait.order):
            alike = (wait for wait in waits if wait.ticket.key == new.ticket.key)
            old = next(
                (wait for wait in alike if wait.since == new.since or max(wait.since, new.since) <= self.now), None
            )
            if old is None:
                waits.append(replace(new))
            else:
                old.ticket, old.since = old.ticket.joined(new.ticket), min(old.since, new.since)
        return waits

    def ready(self, wanted: tuple[Errand, ...]) -> list[Wait]:
        """What may be claimed, the most urgent first: urgency is the priority less the minutes waited."""
        held = {ticket.key for ticket in self.in_hand}
        mine = [wait for wait in self.merged() if wait.ticket.errand in wanted and wait.ticket.key not in held]
        ready = [wait for wait in mine if wait.since <= self.now]
        return sorted(ready, key=lambda w: (w.ticket.priority * AGEING_S - (self.now - w.since), w.order))

    @rule(
        subject=st.integers(0, 5),
        errand=st.sampled_from(ERRANDS),
        priority=st.integers(0, 4),
        delay=st.sampled_from([0, 0, 0, 20, 20, 90]),
    )
    def request(self, subject: int, errand: Errand, priority: int, delay: int) -> None:
        ticket = Ticket(subject, errand, priority, not_before_s=self.now + delay if delay else 0)
        self.orders += 1
        before = len(self.merged())
        self.waits.append(Wait(ticket, self.now + delay, self.orders))

        assert self.queue.request(ticket) is (len(self.merged()) > before)

    @rule(target=hands, wanted=st.sampled_from([ERRANDS, ERRANDS[:1], ERRANDS[1:]]), limit=st.integers(1, 3))
    def claim(self, wanted: tuple[Errand, ...], limit: int) -> object:
        ready = self.ready(wanted)
        expected = [wait.ticket for wait in self.ready((ready[0].ticket.errand,) if ready else ())]
        alike = 0
        while alike < min(limit, len(expected)) and expected[alike].priority == expected[0].priority:
            alike += 1

        got = self.queue.claim_some(limit, wanted, timeout_s=0)

        assert got == expected[:alike]
        taken = {ticket.key for ticket in got}
        self.waits = [wait for wait in self.waits if wait.since > self.now or wait.ticket.key not in taken]
        self.in_hand += got
        return multiple(*got)

    @rule(ticket=consumes(hands))
    def finish(self, ticket: Ticket) -> None:
        self.queue.finish(ticket)
        self.in_hand.remove(ticket)

    @rule(subject=st.integers(0, 5))
    def drop(self, subject: int) -> None:
        dropped = self.queue.drop(lambda ticket: ticket.subject == subject)

        gone = [wait for wait in self.merged() if wait.ticket.subject == subject]
        assert {t.errand for t in dropped} == {wait.ticket.errand for wait in gone}
        self.waits = [wait for wait in self.waits if wait.ticket.subject != subject]

    @rule(seconds=st.sampled_from([1, 10, 30, 61, 300]))
    def wind(self, seconds: int) -> None:
        self.now += seconds

    @invariant()
    def the_counts_agree(self) -> None:
        for errand in ERRANDS:
            assert self.queue.waiting()[errand] == sum(one.ticket.errand is errand for one in self.merged())
        assert sorted(ticket.key for ticket in self.queue.in_hand()) == sorted(ticket.key for ticket in self.in_hand)

    def teardown(self) -> None:
        """Nothing is left in any table when all is claimed and finished."""
        for ticket in self.in_hand:
            self.queue.finish(ticket)
        self.now += 1000
        while (ticket := self.queue.claim(timeout_s=0)) is not None:
            self.queue.finish(ticket)
        assert not any(self.queue.waiting().values())
        assert self.queue.in_hand() == []


TestQueueAgainstModel = QueueAgainstModel.TestCase
TestQueueAgainstModel.settings = settings(max_examples=25, stateful_step_count=40, deadline=None)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_the_queue_does_as_its_model_at_length() -> None:
    """Run with: pytest -m long -k at_length."""
    at_length = settings(max_examples=1_000, stateful_step_count=60, deadline=None)
    run_state_machine_as_test(QueueAgainstModel, settings=at_length)  # type: ignore[no-untyped-call]
