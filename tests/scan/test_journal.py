"""What a scan says is kept, many lines at once, and told as long as it lasts."""

import gc
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from shishod.errors import Unreachable
from shishod.model.scanlog import Keeping, LogLine, LogQuery
from shishod.model.tier import Tier
from shishod.scan.journal import EVERY_S, KEPT, MOST, Journal
from shishod.scan.settings import ScanSettings
from tests.samples import an_epub
from tests.scan.house import HandClock, House
from tests.waiting import wait_until


class Shelf:
    """Takes what is written, batch by batch, unless it is away."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.away: Exception | None = None
        self.tried = 0
        self.open = threading.Event()
        self.open.set()

    def write_log(self, lines: Sequence[LogLine]) -> None:
        self.tried += 1
        assert self.open.wait(10)
        if self.away:
            raise self.away
        self.batches.append([line.text for line in lines])


def a_journal() -> tuple[Journal, Shelf, HandClock]:
    shelf, clock = Shelf(), HandClock()
    return Journal(shelf, clock), shelf, clock  # type: ignore[arg-type]


def texts(house: House, scan_id: str, level: str = "debug") -> list[str]:
    return [row["text"] for row in house.catalog.scan_log(LogQuery(scan_id, level))[0]]


def test_lines_are_written_together_when_they_are_many_or_the_first_is_old() -> None:
    journal, shelf, clock = a_journal()
    for number in range(MOST):
        journal.say("one", "info", f"{number}")
    assert [len(batch) for batch in shelf.batches] == [MOST]
    journal.say("one", "info", "waits")
    clock.wind(EVERY_S)
    journal.say("one", "info", "takes it along")

    assert shelf.batches[1:] == [["waits", "takes it along"]]


def test_what_cannot_be_written_is_written_later_in_its_order_and_is_bounded() -> None:
    journal, shelf, _ = a_journal()
    shelf.away = Unreachable("the database is locked")
    for number in range(KEPT + 5_000):
        journal.say("one", "info", f"{number}")
    shelf.away = None
    journal.flush()

    (batch,) = shelf.batches
    assert len(batch) == KEPT
    assert batch == sorted(batch, key=int)
    assert batch[-1] == f"{KEPT + 4_999}", "the newest are kept"


def test_where_nothing_can_be_written_one_line_a_second_tries_and_the_others_wait_for_nothing() -> None:
    journal, shelf, clock = a_journal()
    shelf.away = Unreachable("the database is locked")
    for number in range(2 * MOST):
        journal.say("one", "info", f"{number}")
    assert shelf.tried == 1

    clock.wind(EVERY_S)
    for number in range(MOST):
        journal.say("one", "info", f"{number}")
    assert shelf.tried == 2


def test_what_is_refused_for_its_content_fails_nobody_who_speaks() -> None:
    journal, shelf, _ = a_journal()
    shelf.away = ValueError("a text has a character that no text may have")
    for number in range(MOST):
        journal.say("one", "info", f"{number}")
    shelf.away = None

    journal.say("one", "info", "goes on")
    journal.flush()

    assert shelf.batches == [["goes on"]]


def test_lines_are_written_as_they_were_said_and_who_reads_them_waits_for_those_in_hand() -> None:
    journal, shelf, _ = a_journal()
    shelf.open.clear()
    journal.say("one", "info", "early")
    writer, reader = (threading.Thread(target=journal.flush) for _ in range(2))
    writer.start()
    wait_until(lambda: shelf.tried == 1, why="the first batch is in hand")
    for number in range(MOST):
        journal.say("one", "info", f"{number}")  # and waits for nobody
    reader.start()
    reader.join(0.1)
    assert reader.is_alive()

    shelf.open.set()
    writer.join(10)
    reader.join(10)

    assert [(len(batch), batch[0]) for batch in shelf.batches] == [(1, "early"), (MOST, "0")]


def test_a_scan_says_how_it_began_what_failed_and_how_it_ended(house: House, library: Path) -> None:
    an_epub(library / "good.epub")
    (library / "bad.epub").write_bytes(b"no book")

    scan = house.scan()

    assert texts(house, scan.id) == ["scan started", "a file could not be read", "scan ended"]
    ((failed, *_), _) = house.catalog.scan_log(LogQuery(scan.id, "warning"))
    assert failed["facts"]["path"] == str(library / "bad.epub")
    assert failed["facts"]["reason"]


def test_a_scan_of_a_library_that_is_gone_says_so(house: House, library: Path) -> None:
    an_epub(library / "a.epub")
    house.scan()
    library.rename(library.with_name("elsewhere"))

    scan = house.scan()

    assert "a walk was given up" in texts(house, scan.id, "error")


def test_books_that_a_scan_recorded_are_told_once_all_of_them_are(house: House, library: Path) -> None:
    events: list[tuple[str, object]] = []
    house.scans.tell = lambda kind, **facts: events.append((kind, facts.get("books")))
    for number in range(5):
        an_epub(library / f"{number}.epub", title=f"Title {number}")
    house.scan()
    an_epub(library / "2.epub", title="Another title, and longer")
    house.scan()
    house.scan()

    numbers = {book["title"]: book["id"] for book in house.books()}
    changed = numbers["Another title, and longer"]
    ended = [books for kind, books in events if kind == "scan-ended"]
    assert ended == [[(min(numbers.values()), max(numbers.values()))], [(changed, changed)], []]


def test_ended_scans_are_forgotten_by_number_and_by_age(house: House, library: Path) -> None:
    settings = ScanSettings(history_lasts="90d", log_lasts="30d")  # type: ignore[arg-type]
    house.scans._keep = settings.keeping()
    an_epub(library / "a.epub")
    first = house.scan()
    house.clock.wind(31 * 86400)
    second = house.scan()
    assert (texts(house, first.id), len(texts(house, second.id))) == ([], 2)
    assert len(house.catalog.scans()) == 2

    house.clock.wind(60 * 86400)
    house.scan()
    assert [scan.id for scan in house.catalog.scans()][-1] == second.id


def test_a_scan_is_told_to_have_ended_however_long_it_is_to_be_remembered(house: House, library: Path) -> None:
    said: list[str] = []
    house.scans.tell = lambda kind, **_: said.append(kind)
    house.scans._keep = Keeping(500, scans_s=1e11, lines_s=1e11)  # it began before there were dates
    an_epub(library / "a.epub")

    first = house.scan()

    assert "scan-ended" in said
    assert texts(house, first.id)[-1] == "scan ended"


def test_a_thousand_scans_leave_nothing_in_memory(house: House, library: Path) -> None:
    for number in range(3):
        an_epub(library / f"{number}.epub", title=f"Title {number}")
    for _ in range(100):
        house.scan(Tier.QUICK)
    gc.collect()
    before = sys.getallocatedblocks()

    for _ in range(1_000):
        house.scan(Tier.QUICK)

    gc.collect()
    assert sys.getallocatedblocks() - before < 2_000, "two objects a scan would be more"
    assert house.scans.active() == ()
