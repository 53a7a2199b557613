"""A catalogue belongs to one daemon, on a server too."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shishod.daemon.alone import Alone, gives_up
from shishod.errors import Displaced, Unreachable
from shishod.model.ticket import Ticket
from shishod.store.catalog import SqlCatalog, open_catalog
from shishod.store.settings import StoreSettings
from shishod.work.queue import TicketQueue
from shishod.work.stop import StopSignal
from tests.contracts.test_catalogue_history import SCAN
from tests.store.cluster import Cluster
from tests.waiting import wait_until


@pytest.fixture
def settings(cluster: Cluster) -> StoreSettings:
    return StoreSettings(url=cluster.new_database())


def cut_off(by: SqlCatalog) -> None:
    """Have the server end the connection that holds the lock."""
    with by._writing() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
        )


def cut_off_alone(catalog: SqlCatalog) -> None:
    """Let the lock go as a server does, and have it noticed at the next renewal only."""
    assert catalog._alone is not None
    catalog._alone.release()


def holder(by: SqlCatalog) -> int | None:
    """The server's process that holds the lock."""
    with by._reading() as connection:
        found = connection.exec_driver_sql("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted").scalar()
    return None if found is None else int(found)


@contextmanager
def watched(catalog: SqlCatalog, told: list[str], again_s: float = 0.01) -> Iterator[Alone]:
    """The thread of a daemon that keeps its catalogue alone, in more of a hurry than it is there."""
    alone = Alone(catalog.keep_alone, told.append, every_s=0.05, again_s=again_s)
    alone.start()
    try:
        yield alone
    finally:
        assert alone.stop()


def test_a_second_daemon_on_one_catalogue_of_a_server_is_refused(settings: StoreSettings, tmp_path: Path) -> None:
    first, second = open_catalog(settings, tmp_path / "1"), open_catalog(settings, tmp_path / "2")
    first.keep_alone()

    with pytest.raises(Unreachable, match="another daemon keeps its catalogue"):
        second.keep_alone()
    first.keep_alone()  # it is its own already

    first.close()
    second.keep_alone()
    second.close()


def test_catalogues_beside_each_other_on_a_server_do_not_meet(cluster: Cluster, tmp_path: Path) -> None:
    opened = [open_catalog(StoreSettings(url=cluster.new_database()), tmp_path / str(n)) for n in range(2)]

    for one in opened:
        one.keep_alone()
    for one in opened:
        one.close()


def test_of_many_who_start_at_once_one_is_the_daemon(settings: StoreSettings, tmp_path: Path) -> None:
    opened = [open_catalog(settings, tmp_path / str(number)) for number in range(6)]
    start, won = threading.Barrier(len(opened)), list[SqlCatalog]()

    def compete(one: SqlCatalog) -> None:
        start.wait()
        try:
            one.keep_alone()
        except Unreachable:
            return
        won.append(one)

    threads = [threading.Thread(target=compete, args=(one,)) for one in opened]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in opened:
        one.close()

    assert len(won) == 1


def test_a_lock_that_the_server_has_lost_is_taken_once_more(settings: StoreSettings, tmp_path: Path) -> None:
    ours, other = open_catalog(settings, tmp_path / "1"), open_catalog(settings, tmp_path / "2")
    ours.keep_alone()
    cut_off(other)

    with pytest.raises(Unreachable):
        ours.keep_alone()
    ours.keep_alone()

    with pytest.raises(Displaced, match="another daemon"):
        other.keep_alone()
    ours.close()
    other.close()


def test_a_daemon_whose_lock_the_server_has_lost_takes_it_again_by_itself(
    settings: StoreSettings, tmp_path: Path
) -> None:
    ours, other, told = open_catalog(settings, tmp_path / "1"), open_catalog(settings, tmp_path / "2"), list[str]()
    ours.keep_alone()
    before = holder(other)

    with watched(ours, told) as alone:
        cut_off(other)
        wait_until(lambda: holder(other) not in (None, before), 10, "it holds the lock by another connection")
        assert alone.alive()

    with pytest.raises(Displaced):
        other.keep_alone()
    assert told == []
    ours.close()
    other.close()


def test_a_daemon_that_another_has_displaced_ends(settings: StoreSettings, tmp_path: Path) -> None:
    ours, other, told = open_catalog(settings, tmp_path / "1"), open_catalog(settings, tmp_path / "2"), list[str]()
    ours.keep_alone()

    with watched(ours, told, again_s=3600.0) as alone:  # ours is the slower
        cut_off(other)
        wait_until(lambda: holder(other) is None, 10, "the server has let go")
        wait_until(lambda: ours._alone is None or ours._alone._connection is None, 10, "ours has noticed")
        other.keep_alone()
        alone.stop()
    with watched(ours, told) as alone:
        wait_until(lambda: not alone.alive(), 10, "its part is dead, so the supervisor ends the daemon")

    assert told == ["another daemon has the catalogue now"]
    before = other.scans()
    with pytest.raises(Unreachable, match=r"has taken over the catalogue.*writes nothing"):
        ours.write_scan(SCAN)
    assert other.scans() == before
    other.write_scan(SCAN)
    assert [scan.id for scan in ours.scans()] == [SCAN.id], "it may be read until the daemon has ended"
    ours.close()
    other.close()


def test_what_was_begun_before_another_daemon_took_over_is_rolled_back(settings: StoreSettings, tmp_path: Path) -> None:
    ours, other = open_catalog(settings, tmp_path / "1"), open_catalog(settings, tmp_path / "2")
    ours.keep_alone()

    with pytest.raises(Unreachable, match="has taken over"), ours._writing() as connection:
        connection.exec_driver_sql("CREATE TABLE late (id int)")
        cut_off_alone(ours)
        other.keep_alone()
        with pytest.raises(Displaced):
            ours.keep_alone()

    with other._reading() as connection:
        assert connection.exec_driver_sql("SELECT to_regclass('late')").scalar() is None
    ours.close()
    other.close()


def test_who_is_displaced_begins_nothing_and_is_told_to_stop() -> None:
    queue, stop = TicketQueue(), StopSignal()
    queue.request(Ticket("a book"))

    gives_up(queue, stop)("another daemon has the catalogue now")

    assert stop.is_set()
    assert queue.claim(timeout_s=0) is None


def test_a_file_needs_no_other_lock_than_its_own(tmp_path: Path) -> None:
    catalogue = open_catalog(StoreSettings(), tmp_path)

    catalogue.keep_alone()
    catalogue.close()
