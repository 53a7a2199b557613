"""A catalogue belongs to one daemon, on a server too."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shishod.daemon.alone import Alone
from shishod.errors import Displaced, Unreachable
from shishod.store.catalog import SqlCatalog, open_catalog
from shishod.store.settings import StoreSettings
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
    ours.close()
    other.close()


def test_a_file_needs_no_other_lock_than_its_own(tmp_path: Path) -> None:
    catalogue = open_catalog(StoreSettings(), tmp_path)

    catalogue.keep_alone()
    catalogue.close()
