"""What the threads of a running daemon are said to be doing."""

import threading
from collections.abc import Sequence

import pytest

from shishod.daemon.rows import worker_rows
from shishod.enrich.guide import Ahead
from shishod.model.ticket import BookSubject, Errand, FolderSubject, Ticket
from shishod.work.pool import WorkerPool
from shishod.work.queue import TicketQueue
from shishod.work.stop import StopSignal
from tests.waiting import wait_until


@pytest.mark.parametrize(
    ("subject", "errand", "said"),
    [
        ("openlibrary", Errand.ENRICH, "enrich openlibrary"),
        (Ahead("openlibrary"), Errand.ENRICH, "enrich openlibrary, ahead"),
        ("catalogue", Errand.KEEP, "keep catalogue"),
        (Errand.HASH, Errand.HASH, "hash"),
        (FolderSubject(1, b""), Errand.WALK, "walk the root"),
        (FolderSubject(1, b"caf\xe9"), Errand.WALK, "walk caf\N{REPLACEMENT CHARACTER}"),
        (BookSubject(1, b"Emma/emma.epub"), Errand.INSPECT, "inspect Emma/emma.epub"),
    ],
)
def test_a_worker_is_told_with_what_it_has_in_hand(subject: object, errand: Errand, said: str) -> None:
    queue, stop, done = TicketQueue(), StopSignal(), threading.Event()

    def carry(_: Sequence[Ticket]) -> None:
        done.wait(30)

    pool = WorkerPool("web", queue, {errand: carry}, 1, stop)
    pool.start()
    try:
        queue.request(Ticket(subject, errand))  # type: ignore[arg-type]
        (row,) = wait_until(lambda: worker_rows(pool), 10, "it is in hand")
    finally:
        done.set()
        stop.set()
        pool.join(10)

    assert (row.worker, row.what) == ("web-0", said)
