"""What a scan costs the database: a number of statements that does not grow with the library."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event

from shishod.model.progress import ScanSnapshot
from shishod.model.state import State
from shishod.model.ticket import Errand
from shishod.model.tier import Tier
from tests.samples import a_png, an_epub, an_opf
from tests.scan.house import CHUNK, House
from tests.waiting import wait_until

YEARS_AGO = 1_500_000_000


@contextmanager
def statements(house: House) -> Iterator[list[str]]:
    """Every statement that is sent to the database meanwhile, and BEGIN and COMMIT aside."""
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            said.append(statement)

    engine = house.catalog._database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


def shelve(library: Path, first: int, last: int) -> None:
    for number in range(first, last):
        folder = library / f"Author {number % 20}" / f"Title {number}"
        folder.mkdir(parents=True)
        an_epub(folder / "book.epub", title=f"Title {number}")
    for place in (library, *library.rglob("*/")):  # one that is still young is compared once more
        os.utime(place, (YEARS_AGO, YEARS_AGO))


@pytest.mark.parametrize("tier", [Tier.PEEK, Tier.QUICK, Tier.FULL])
def test_an_unchanged_library_costs_a_few_dozen_statements_however_large_it_is(
    house: House, library: Path, tier: Tier
) -> None:
    counts = []
    for first, last in ((0, 30), (30, 300)):
        shelve(library, first, last)
        house.scan()
        house.scan(tier)
        with statements(house) as said:
            scan = house.scan(tier)
        assert (scan.total, scan.unchanged) == (0, last)
        counts.append(len(said))

    assert counts[0] == counts[1]
    assert counts[1] < 50
    print("statements for an unchanged scan:", counts)


@pytest.mark.parametrize("tier", [Tier.PEEK, Tier.QUICK, Tier.FULL])
def test_nothing_that_is_known_of_an_unchanged_library_is_read_again(house: House, library: Path, tier: Tier) -> None:
    shelve(library, 0, 30)
    for _ in range(3):
        house.scan(tier)
    with statements(house) as said:
        house.scan(tier)

    asked = [one for one in said if one.startswith("SELECT") and "FROM scans" not in one]  # as the test itself does
    assert asked == []


@pytest.mark.long
@pytest.mark.timeout(300)
def test_ten_thousand_unchanged_files_cost_fewer_than_fifty_statements(house: House, library: Path) -> None:
    """Run with: pytest -m long -s tests/scan/test_cost.py."""
    book = an_epub(library / "0.epub").read_bytes()
    for number in range(1, 10_000):
        folder = library / f"Author {number % 100}" / str(number)
        folder.mkdir(parents=True)
        (folder / "book.epub").write_bytes(book)

    def scanned(tier: Tier) -> ScanSnapshot:
        asked = house.request(tier)
        return wait_until(lambda: (now := house.scans.snapshot(asked.id)) and now.ended_at and now, 200, "it ends")

    with house.staffed():
        scanned(Tier.FULL)
        for tier in (Tier.QUICK, Tier.FULL):
            scanned(tier)  # what was young at the first scan is compared once more
            with statements(house) as said:
                scan = scanned(tier)

            print(f"statements for an unchanged {tier} scan of 10,000 files: {len(said)}")
            assert (scan.total, scan.unchanged) == (0, 10_000)
            assert len(said) < 50


def test_a_first_scan_costs_less_than_four_writes_a_book(house: House, library: Path) -> None:
    shelve(library, 0, 300)

    with statements(house) as said:
        assert house.scan().books_new == 300

    writes = [one for one in said if one.split(None, 1)[0] in ("INSERT", "UPDATE", "DELETE")]
    assert len(writes) / 300 <= 4
    print("writes a new book:", len(writes) / 300)


def test_files_that_are_read_again_and_recorded_are_given_back_by_no_write(house: House, library: Path) -> None:
    for number in range(12):
        an_epub(library / f"{number}.epub", title=f"First {number}")
    house.scan()
    for number in range(12):
        an_epub(library / f"{number}.epub", title=f"Second, and longer {number}")

    with statements(house) as said:
        assert house.scan().succeeded == 12

    claims = [one for one in said if one.startswith("UPDATE media_files SET state=?, processing_started_at=")]
    assert len(claims) == 12 / CHUNK[Errand.INSPECT]


def test_what_lies_beside_books_is_written_with_them(house: House, library: Path) -> None:
    shelve(library, 0, 200)
    for folder in library.glob("Author */Title *"):
        an_opf(folder / "metadata.opf", title=folder.name)
        (folder / "cover.png").write_bytes(a_png())

    with statements(house) as said:
        assert house.scan().succeeded == 600

    writes = [one for one in said if one.split(None, 1)[0] in ("INSERT", "UPDATE", "DELETE")]
    assert len(writes) / 200 <= 4
    print("writes a new book with a sidecar and a cover:", len(writes) / 200)


def test_a_few_lost_files_are_believed_without_counting_all_that_is_there(house: House, library: Path) -> None:
    shelve(library, 0, 30)
    house.scan()
    (library / "Author 0/Title 0/book.epub").unlink()
    house.hint("Author 0/Title 0")

    with statements(house) as said:
        house.work(Errand.WALK)

    assert house.states()["Author 0/Title 0/book.epub"] is State.MISSING
    assert [one for one in said if one.startswith("SELECT count(*)") and "state != " in one] == []
