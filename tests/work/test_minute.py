"""Nine threads for a minute, switched at every turn, on what is shared: the queue, the names and the one door."""

import random
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shishod.model.book import NameKind
from shishod.model.ticket import Errand, Ticket
from shishod.scan.cache import ScanCache
from shishod.scan.record import CatalogRecorder
from shishod.store.catalog import open_catalog
from shishod.store.settings import StoreSettings
from shishod.work.queue import TicketQueue
from tests.store.building import a_book, a_file, a_root, some_metadata
from tests.work.crowd import restless, together

THREADS = 9
MINUTE_S = 60.0


@pytest.mark.long
@pytest.mark.timeout(300)
def test_the_queue_for_a_minute() -> None:
    queue, until_s = TicketQueue(), time.monotonic() + MINUTE_S
    hands = [threading.Lock() for _ in range(50)]
    counts: Counter[str] = Counter()

    def work(seed: int) -> None:
        chance, mine = random.Random(seed), Counter[str]()
        while time.monotonic() < until_s:
            subject = chance.randrange(50)
            wait_s = chance.choice((0, 0, 0.01))
            queue.request(Ticket(subject, priority=chance.randrange(5), not_before_s=time.monotonic() + wait_s))
            if chance.random() < 0.02:
                queue.hold("pause")
                queue.lift("pause")
            for ticket in queue.claim_some(3, timeout_s=0.001):
                number = int(str(ticket.subject))
                assert hands[number].acquire(blocking=False), "two hold one subject"
                mine["claimed"] += 1
                hands[number].release()
                queue.finish(ticket)
            if chance.random() < 0.01:
                mine["dropped"] += len(queue.drop(lambda one: one.subject == subject))  # noqa: B023
        counts.update(mine)

    with restless():
        together(*[lambda seed=seed: work(seed) for seed in range(THREADS)])
    while (ticket := queue.claim(timeout_s=0.05)) is not None:
        queue.finish(ticket)

    print("\nclaimed and dropped:", dict(counts))
    assert queue.in_hand() == []
    assert queue.waiting()[Errand.INSPECT] == 0
    assert (queue._places, queue._later) == ({}, {})
    assert counts["claimed"] > 1000


@pytest.mark.long
@pytest.mark.timeout(300)
def test_the_names_and_the_door_for_a_minute(tmp_path: Path) -> None:
    """Each book is one row with the names of its last writer; each name is one row; nobody is locked out."""
    catalogue = open_catalog(StoreSettings(), tmp_path)
    root, cache = a_root(catalogue), ScanCache(catalogue)
    recorder, until_s = CatalogRecorder(catalogue, cache), time.monotonic() + MINUTE_S
    written: Counter[int] = Counter()

    def record(seed: int) -> None:
        chance = random.Random(seed)
        while time.monotonic() < until_s:
            books = []
            for number in chance.sample(range(seed * 100, seed * 100 + 60), 3):
                path = b"%d.epub" % number
                authors = [f"Author {chance.randrange(40)}", f"AUTHOR {chance.randrange(40)}"]
                said = some_metadata(f"Title {number}", *authors, genres=(f"Genre {chance.randrange(9)}",))
                books.append(a_book(root, path, metadata=said, files=(a_file(path),)))
            outcomes = recorder.record(books)
            assert all(one.book_id is not None and one.error is None for one in outcomes)
            written[seed] += len(books)

    with restless():
        together(*[lambda seed=seed: record(seed) for seed in range(THREADS)])

    names = catalogue.names(root.library_id, NameKind.PERSON)
    with catalogue._reading() as connection:
        books, keys, people, norms = (
            connection.exec_driver_sql(f"SELECT count({what}) FROM {table}").scalar()
            for what, table in (
                ("*", "books"),
                ("DISTINCT key", "books"),
                ("*", "persons"),
                ("DISTINCT norm", "persons"),
            )
        )
    catalogue.close()
    print("\nbooks written:", sum(written.values()), "rows:", books, "at", datetime.now(UTC).isoformat())
    assert (books, people) == (keys, norms)
    assert len(names) == people == 40
    assert min(written.values()) > 0
