"""A catalogue belongs to one daemon, on a server too."""

import threading
from pathlib import Path

import pytest

from shishod.errors import Unreachable
from shishod.store.catalog import SqlCatalog, open_catalog
from shishod.store.settings import StoreSettings
from tests.store.cluster import Cluster


@pytest.fixture
def settings(cluster: Cluster) -> StoreSettings:
    return StoreSettings(url=cluster.new_database())


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
    with other._writing() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
        )

    with pytest.raises(Unreachable):
        ours.keep_alone()
    ours.keep_alone()

    with pytest.raises(Unreachable, match="another daemon"):
        other.keep_alone()
    ours.close()
    other.close()


def test_a_file_needs_no_other_lock_than_its_own(tmp_path: Path) -> None:
    catalogue = open_catalog(StoreSettings(), tmp_path)

    catalogue.keep_alone()
    catalogue.close()
