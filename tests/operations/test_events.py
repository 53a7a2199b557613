"""Events as a face asks for them."""

from shishod.operations.events import EventDesk
from shishod.work.bulletin import Bulletin


def numbers(desk: EventDesk, after: int) -> tuple[list[int], int]:
    rows, rest = desk.since(after, 10)
    return [row["number"] for row in rows], rest


def test_a_number_of_an_earlier_start_tells_all_since_this_one() -> None:
    bulletin = Bulletin()
    desk = EventDesk(bulletin)
    assert numbers(desk, 5000) == ([], 0)

    bulletin.tell("book-new", book=1)
    bulletin.tell("book-new", book=2)

    assert numbers(desk, 5000) == ([1, 2], 2)
    assert numbers(desk, 1) == ([2], 2)
    assert numbers(desk, 2) == ([], 2)
