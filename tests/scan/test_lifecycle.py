import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shishod.errors import Refused, Unreachable
from shishod.model.catalog import Saved
from shishod.model.progress import ScanSnapshot, ScanStatus, WhenBusy
from shishod.model.signature import KnownFolder, pack
from shishod.model.ticket import Errand, FolderSubject, Ticket
from shishod.model.tier import Look, Tier
from shishod.scan.admission import MOST
from shishod.scan.lifecycle import Scan, WalkOrder
from shishod.scan.sweep import SIGN_AT, Sweep
from shishod.store.settings import StoreSettings
from tests.samples import an_epub, an_mp3
from tests.scan.house import House
from tests.waiting import wait_until

NOW = datetime(2026, 5, 1, tzinfo=UTC)
ROOT = FolderSubject(1, b"")


def a_scan(*subjects: FolderSubject) -> Scan:
    asked = ScanSnapshot("one", Tier.FULL, ScanStatus.QUEUED, "operator", ("all",), NOW)
    return Scan(asked, subjects or (ROOT,))


def test_fifty_who_ask_at_once_are_given_one_scan(house: House) -> None:
    ready = threading.Barrier(50)
    given: list[str] = []

    def ask() -> None:
        ready.wait()
        given.append(house.request().id)

    askers = [threading.Thread(target=ask) for _ in range(50)]
    for one in askers:
        one.start()
    for one in askers:
        one.join()

    assert len(given) == 50
    assert len(set(given)) == 1
    assert house.queue.waiting()[Errand.WALK] == 1
    assert [one.id for one in house.catalog.scans()] == given[:1]


def test_a_deeper_or_wider_scan_is_not_put_off_with_one_that_is_alive(house: House) -> None:
    quick = house.request(Tier.QUICK)

    assert house.request(Tier.FULL).id != quick.id
    wider = [*house.subjects(), FolderSubject(house.root().id, b"Sub")]
    assert house.scans.request(Tier.QUICK, wider, "operator", ()).id != quick.id


def test_a_shallower_scan_is_served_by_a_deeper_one(house: House) -> None:
    assert house.request(Tier.QUICK).id == house.request(Tier.QUICK).id
    full = house.request(Tier.FULL)
    house.scans.cancel(house.scans.active()[0].id)

    assert house.request(Tier.QUICK).id == full.id


def test_nothing_to_scan_is_refused(house: House) -> None:
    with pytest.raises(Refused, match="nothing to scan"):
        house.scans.request(Tier.FULL, [], "operator", ())
    with pytest.raises(Refused, match="nothing to scan"):
        house.scans.request(Tier.REFRESH, house.subjects(), "operator", ())


def test_what_was_processed_is_always_the_sum_of_its_parts_for_whoever_reads_meanwhile() -> None:
    scan, done = a_scan(), threading.Event()
    torn: list[ScanSnapshot] = []

    def read() -> None:
        while not done.is_set():
            now = scan.snapshot()
            if now.processed != now.succeeded + now.failed + now.skipped:
                torn.append(now)

    def count() -> None:
        for _ in range(500):
            scan.add(succeeded=2, failed=1)
            scan.add(skipped=1, bytes_read=5)

    readers = [threading.Thread(target=read) for _ in range(3)]
    counters = [threading.Thread(target=count) for _ in range(6)]
    for one in readers + counters:
        one.start()
    for one in counters:
        one.join()
    done.set()
    for one in readers:
        one.join()

    last = scan.snapshot()
    assert torn == []
    assert (last.processed, last.succeeded, last.failed, last.skipped) == (12_000, 6_000, 3_000, 3_000)
    assert last.bytes_read == 15_000


def test_progress_only_grows_and_ends_whole_while_a_real_scan_is_watched(house: House, library: Path) -> None:
    for number in range(60):
        an_epub(library / f"{number}.epub")
    (library / "broken.epub").write_bytes(b"x")
    watched: list[ScanSnapshot] = []

    with house.staffed(6):
        asked = house.request()

        def ended() -> bool:
            now = house.scans.snapshot(asked.id)
            assert now is not None
            watched.append(now)
            return now.status.ended

        wait_until(ended, 60)

    assert all(one.processed == one.succeeded + one.failed + one.skipped <= one.total for one in watched)
    assert [one.processed for one in watched] == sorted(one.processed for one in watched)
    assert (watched[-1].processed, watched[-1].failed, watched[-1].total) == (61, 1, 61)


@pytest.mark.parametrize(
    ("failures", "cancelled", "status", "reason"),
    [
        ([None, None], False, ScanStatus.COMPLETED, ""),
        (["gone", None], False, ScanStatus.COMPLETED, "gone"),
        (["gone", "gone"], False, ScanStatus.FAILED, "gone"),
        (["gone", "torn"], False, ScanStatus.FAILED, "gone; torn"),
        ([None, "gone"], True, ScanStatus.CANCELLED, "gone"),
    ],
)
def test_a_scan_fails_only_when_all_its_walks_do(
    failures: list[str | None], cancelled: bool, status: ScanStatus, reason: str
) -> None:
    scan = a_scan(ROOT, FolderSubject(2, b""))
    if cancelled:
        scan.cancel()

    assert [scan.walk_ended(failure) for failure in failures] == [False, True]
    assert scan.outcome() == (status, reason)


def test_a_scan_is_queued_then_running_then_history(house: House, library: Path) -> None:
    an_epub(library / "a.epub")
    asked = house.request()
    assert (asked.status, house.catalog.scan(asked.id)) == (ScanStatus.QUEUED, asked)

    house.turn(Errand.WALK)
    (running,) = house.scans.active()
    assert (running.status, running.discovered, running.total) == (ScanStatus.RUNNING, True, 1)

    house.work()
    ended = house.catalog.scan(asked.id)
    assert ended is not None
    assert (ended.status, ended.current, house.scans.active()) == (ScanStatus.COMPLETED, "", ())
    assert dict(ended.cache)["misses"] > 0


def test_a_cancelled_scan_reads_no_further_file_and_keeps_what_it_recorded(house: House, library: Path) -> None:
    for number in range(12):
        an_epub(library / f"{number:02}.epub")
    asked = house.request()
    house.turn(Errand.WALK)
    house.turn(Errand.INSPECT, most=4)

    house.scans.cancel(asked.id)
    house.work()

    ended = house.scans.snapshot(asked.id)
    assert ended is not None
    assert (ended.status, ended.succeeded, ended.skipped, len(house.reads())) == (ScanStatus.CANCELLED, 4, 8, 4)
    assert len(house.files()) == 4
    assert house.scan().succeeded == 8, "the next one goes on from there"


def test_a_scan_that_is_cancelled_while_a_batch_is_written_keeps_the_batch_and_begins_no_other(
    house: House, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(12):
        an_epub(library / f"{number:02}.epub")
    asked, save = house.request(), house.catalog.save

    def cancelled_meanwhile(*batch: Any) -> Saved:
        house.scans.cancel(asked.id)
        return save(*batch)

    monkeypatch.setattr(house.catalog, "save", cancelled_meanwhile)
    house.work()

    ended = house.scans.snapshot(asked.id)
    assert ended is not None
    assert (ended.status, ended.succeeded, ended.skipped) == (ScanStatus.CANCELLED, 4, 8)
    assert len(house.files()) == 4


def test_a_scan_cancelled_before_it_began_touches_nothing(house: House, library: Path) -> None:
    an_epub(library / "a.epub")
    asked = house.request()
    house.scans.cancel(asked.id)

    house.work()

    ended = house.catalog.scan(asked.id)
    assert ended is not None
    assert (ended.status, house.reads()) == (ScanStatus.CANCELLED, [])


def test_what_cannot_be_cancelled_says_why(house: House) -> None:
    ended = house.scan()

    with pytest.raises(Refused, match="has ended already: completed"):
        house.scans.cancel(ended.id)
    with pytest.raises(Refused, match="no scan nonsense") as refused:
        house.scans.cancel("nonsense")
    assert refused.value.kind == "not-found"


def test_a_daemon_that_stops_says_that_its_scans_were_interrupted(house: House, library: Path) -> None:
    an_epub(library / "a.epub")
    asked = house.request()
    house.turn(Errand.WALK)

    house.scans.close()
    house.work()

    ended = house.catalog.scan(asked.id)
    assert ended is not None
    assert (ended.status, ended.reason) == (ScanStatus.INTERRUPTED, "the daemon was stopped")
    assert house.scans.active() == ()


def test_a_walk_asked_for_twice_looks_as_deep_as_the_deeper_and_serves_both() -> None:
    one, other = a_scan(), a_scan()
    first = Ticket(ROOT, Errand.WALK, load=WalkOrder(Look.QUICK, True, (one,), frozenset({b"a"})))
    second = Ticket(ROOT, Errand.WALK, load=WalkOrder(Look.FULL, False, (other,), frozenset({b"b"})))

    for joined in (first.joined(second).load, second.joined(first).load):
        assert (joined.look, joined.tree, set(joined.scans)) == (Look.FULL, True, {one, other})
        assert joined.vouched == {b"a", b"b"}


@contextmanager
def a_database_that_is_held(state: Path) -> Iterator[None]:
    """Another program has the catalogue's only pen; our own writers give up at once."""
    holder = sqlite3.connect(state / "catalogue.sqlite")
    holder.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        holder.close()


@pytest.fixture
def hasty(a_house: Callable[..., House], library: Path) -> House:
    return a_house(store=StoreSettings(busy_timeout=timedelta(0)), books=library)  # type: ignore[arg-type]


def test_a_scan_that_cannot_be_written_down_was_never_begun_and_the_next_is_taken(hasty: House, tmp_path: Path) -> None:
    with a_database_that_is_held(tmp_path / "state0"), pytest.raises(Unreachable):
        hasty.request()

    assert hasty.scans.active() == ()
    assert hasty.scan().status is ScanStatus.COMPLETED


def test_a_scan_ends_even_when_the_database_does_not_answer(hasty: House, library: Path, tmp_path: Path) -> None:
    an_epub(library / "a.epub")
    asked = hasty.request()

    with a_database_that_is_held(tmp_path / "state0"):
        hasty.work()
        failed = hasty.scans.snapshot(asked.id)
        assert failed is not None
        assert (failed.status, hasty.scans.active()) == (ScanStatus.FAILED, ())

    assert hasty.scan().succeeded == 1
    hasty.scans.close()
    assert {one.status for one in hasty.catalog.scans()} == {ScanStatus.FAILED, ScanStatus.COMPLETED}


def test_books_that_could_not_be_recorded_are_read_again_by_the_next_scan(
    hasty: House, library: Path, tmp_path: Path
) -> None:
    for number in range(6):
        an_epub(library / f"{number}.epub")
    asked = hasty.request()
    hasty.turn(Errand.WALK)

    with a_database_that_is_held(tmp_path / "state0"):
        hasty.work()
        failed = hasty.scans.snapshot(asked.id)
    assert failed is not None
    assert (failed.succeeded, failed.skipped, failed.status.ended) == (0, 6, True)

    assert hasty.scan().succeeded == 6


def test_folders_that_cannot_be_signed_on_the_way_do_not_keep_a_walk_from_ending(hasty: House, tmp_path: Path) -> None:
    sweep = Sweep(hasty.root(), WalkOrder(), hasty.catalog, hasty.stop.is_set)
    folders = tuple(KnownFolder(b"%d" % number, 1, 0, pack([])) for number in range(SIGN_AT))
    place = sweep.open(folders, tickets=1, spoiled=False)
    sweep.walked()

    with a_database_that_is_held(tmp_path / "state0"):
        assert sweep.finished(place, well=True)

    assert hasty.catalog.folders(hasty.root().id) == {}, "the next scan compares them"


def test_a_scan_behind_another_is_one_more_and_comes_after_it(house: House, library: Path) -> None:
    first = house.request()
    second = house.scans.request(Tier.FULL, house.subjects(), "operator", ("all",), when_busy=WhenBusy.QUEUE)
    assert second.id != first.id

    house.work()

    ended = [house.scans.snapshot(one.id) for one in (first, second)]
    assert [one and one.status for one in ended] == [ScanStatus.COMPLETED] * 2


def test_a_scan_that_would_meet_another_is_refused_where_that_is_asked_for(house: House) -> None:
    first = house.request()

    with pytest.raises(Refused, match=first.id) as refused:
        house.scans.request(Tier.QUICK, house.subjects(), "operator", ("all",), when_busy=WhenBusy.REFUSE)

    assert refused.value.kind == "busy"
    house.work()
    assert house.scans.request(Tier.QUICK, house.subjects(), "operator", ("all",), when_busy=WhenBusy.REFUSE)


def test_no_more_scans_wait_than_anybody_waits_for(house: House) -> None:
    def queue() -> ScanSnapshot:
        return house.scans.request(Tier.FULL, house.subjects(), "operator", ("all",), when_busy=WhenBusy.QUEUE)

    asked = [queue().id for _ in range(MOST)]
    with pytest.raises(Refused, match=f"{MOST} scans go on or wait already") as refused:
        queue()
    joined = house.scans.request(Tier.FULL, house.subjects(), "operator", ("all",))

    assert refused.value.kind == "busy"
    assert joined.id in asked, "to join one is no scan more"
    house.work()
    ended = [house.scans.snapshot(one) for one in asked]
    assert {one and one.status for one in ended} == {ScanStatus.COMPLETED}
    assert queue()


def test_a_scan_tells_its_phase_and_how_long_it_will_take_yet(house: House, library: Path) -> None:
    for number in range(40):
        an_epub(library / f"{number}.epub")
    asked = house.request()
    assert house.scans.pace(asked.id) == {"phase": "waiting", "rate": None, "eta_s": None}

    house.turn(Errand.WALK)
    told = []
    while house.turn(Errand.INSPECT):
        house.clock.wind(1)
        told.append(house.scans.pace(asked.id))

    assert [one["phase"] for one in told[:-1]] == ["reading"] * 9
    assert [round(one["eta_s"]) for one in told[1:-1]] == list(range(8, 0, -1))
    house.work()
    assert house.scans.pace(asked.id) == {}


def test_two_hundred_tracks_that_change_one_by_one_are_one_ticket_and_none_is_lost(house: House, library: Path) -> None:
    (library / "Book").mkdir()
    for number in range(1, 201):
        an_mp3(library / "Book" / f"{number:03}.mp3", album="Book", track=str(number))
        house.hint("Book", f"{number:03}.mp3")
    house.turn(Errand.WALK)
    waiting = house.queue.waiting()

    house.work(Errand.WALK, Errand.INSPECT)

    assert (waiting[Errand.WALK], waiting[Errand.INSPECT]) == (0, 1)
    (book,) = house.books()
    assert (len(book["files"]), len(house.runner.read)) == (200, 200)


def test_who_follows_a_scan_hears_which_file_was_read_last(house: House, library: Path) -> None:
    for number in range(3):
        an_epub(library / f"{number}.epub", title=f"Title {number}")
    heard: list[str] = []
    house.runner.before = lambda _: heard.append(house.scans.active()[0].current)

    house.scan()

    assert heard[1:] == ["0.epub", "1.epub"]
