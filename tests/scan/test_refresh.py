"""What is known of books grows old, and is asked for again in batches with a rest between them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from shishod.model.ageing import Ages
from shishod.model.state import State
from shishod.model.ticket import Errand, Priority, Ticket
from shishod.scan.refresh import Refresher
from tests.samples import an_epub
from tests.scan.house import House

BOOKS = 7
QUARTER_S = timedelta(days=90).total_seconds()


@dataclass
class Web:
    """Somebody to ask: notes who is asked for, and answers when the test says so."""

    house: House
    there: bool = True
    asked: list[list[int]] = field(default_factory=list)

    def willing(self) -> bool:
        return self.there

    def ask(self, book_ids: Sequence[int]) -> None:
        self.asked.append(list(book_ids))
        for book_id in book_ids:
            self.house.queue.request(Ticket(book_id, Errand.ENRICH, Priority.VERY_LOW))

    def answer(self) -> None:
        """Everything that was asked for is answered."""
        while (ticket := self.house.queue.claim([Errand.ENRICH], timeout_s=0)) is not None:
            self.house.catalog.mark_fresh([int(str(ticket.subject))], self.house.clock.now())
            self.house.queue.finish(ticket)


@pytest.fixture
def web(house: House, library: Path) -> Web:
    """A library that was read long ago, and somebody to ask for it."""
    for number in range(BOOKS):
        an_epub(library / f"{number}.epub", title=f"Title {number}")
    house.scan()
    web = Web(house)
    house.errands[Errand.REFRESH] = Refresher(
        house.catalog, house.queue, web, Ages(), batch=3, gap_s=30, clock=house.clock
    ).carry
    return web


def refresh(house: House) -> None:
    house.queue.request(Ticket(Errand.REFRESH, Errand.REFRESH, Priority.LOW, load=True))
    house.turn(Errand.REFRESH)


def stale(house: House) -> int:
    return list(house.states().values()).count(State.STALE)


def test_what_is_young_enough_is_left_alone(house: House, web: Web) -> None:
    house.clock.wind(QUARTER_S - 3600)

    refresh(house)

    assert (web.asked, stale(house)) == ([], 0)


def test_what_is_old_is_asked_for_in_batches_with_a_rest_between_them(house: House, web: Web) -> None:
    house.clock.wind(QUARTER_S + 3600)
    refresh(house)
    assert ([len(batch) for batch in web.asked], stale(house)) == ([3], BOOKS)

    web.answer()
    house.clock.wind(29)
    house.turn(Errand.REFRESH)
    assert len(web.asked) == 1  # it rests

    for _ in range(4):
        house.clock.wind(30)
        house.turn(Errand.REFRESH)
        web.answer()
    assert [len(batch) for batch in web.asked] == [3, 3, 1]
    assert sorted(book for batch in web.asked for book in batch) == sorted({book["id"] for book in house.books()})
    assert stale(house) == 0


def test_the_next_batch_waits_for_the_one_before_it(house: House, web: Web) -> None:
    house.clock.wind(QUARTER_S + 3600)
    refresh(house)

    for _ in range(3):
        house.clock.wind(30)
        house.turn(Errand.REFRESH)

    assert len(web.asked) == 1


def test_a_provider_that_rests_does_not_delay_the_others(house: House, web: Web) -> None:
    house.clock.wind(QUARTER_S + 3600)
    rests_until_s = house.clock.monotonic_s() + 3600
    house.queue.request(Ticket("resting", Errand.ENRICH, Priority.VERY_LOW, rests_until_s))
    refresh(house)
    web.answer()

    house.clock.wind(30)
    house.turn(Errand.REFRESH)

    assert [len(batch) for batch in web.asked] == [3, 3]


def test_with_nobody_to_ask_nothing_grows_stale(house: House, web: Web) -> None:
    web.there = False
    house.clock.wind(10 * QUARTER_S)

    refresh(house)

    assert (web.asked, stale(house)) == ([], 0)
    assert not house.queue.waiting()[Errand.REFRESH]


def test_a_stale_book_is_neither_read_again_nor_looked_at_more_closely(house: House, web: Web) -> None:
    house.clock.wind(QUARTER_S + 3600)
    refresh(house)
    house.reads()

    house.scan()

    assert house.reads() == []
    assert stale(house) == BOOKS


def test_what_was_left_is_found_by_the_next_refresh(house: House, web: Web) -> None:
    house.clock.wind(QUARTER_S + 3600)
    refresh(house)
    house.queue.drop(lambda ticket: ticket.errand in (Errand.ENRICH, Errand.REFRESH))  # as an end of the daemon would

    refresh(house)

    assert web.asked[0] == web.asked[1]
