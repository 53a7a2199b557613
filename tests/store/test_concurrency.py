"""Many threads and several processes on one catalogue: nothing is locked out, doubled or half seen."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from shishod.model.book import NameKind
from shishod.model.catalog import BookQuery
from shishod.store.catalog import SqlCatalog, open_catalog
from shishod.store.engine import connect, database_url
from shishod.store.settings import StoreSettings
from tests.store.building import a_book, a_file, a_root, save, some_metadata
from tests.store.cluster import Cluster

THREADS, BOOKS = 20, 50


def save_many(catalogue: SqlCatalog, writer: AbstractContextManager[object]) -> None:
    """Twenty threads save fifty books each, by the same few authors."""
    root = a_root(catalogue)

    def one_thread(thread: int) -> None:
        for number in range(BOOKS):
            book = a_book(root, b"%d/%d" % (thread, number), metadata=some_metadata("T", f"Author {number % 7}"))
            with writer:
                save(catalogue, book)
            if number % 10 == 0:
                catalogue.books(BookQuery(words="author", limit=5))

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(one_thread, range(THREADS)))
    assert catalogue.counts()["books"] == THREADS * BOOKS
    assert len(catalogue.names(root.library_id, NameKind.PERSON)) == 7


def test_twenty_threads_save_through_one_writer_and_none_is_locked_out(catalogue: SqlCatalog) -> None:
    assert catalogue.writers == 1

    save_many(catalogue, threading.Lock())


def test_twenty_threads_that_all_write_wait_for_each_other(catalogue: SqlCatalog) -> None:
    save_many(catalogue, nullcontext())


def test_twenty_threads_write_side_by_side_on_postgresql(cluster: Cluster, tmp_path: Path) -> None:
    catalogue = open_catalog(StoreSettings(url=cluster.new_database()), tmp_path)
    assert catalogue.writers > 1

    save_many(catalogue, nullcontext())
    catalogue.close()


def test_threads_that_find_one_book_at_once_make_one_row(cluster: Cluster, tmp_path: Path) -> None:
    catalogue = open_catalog(StoreSettings(url=cluster.new_database()), tmp_path)
    root, start = a_root(catalogue), threading.Barrier(8)

    def part(number: int) -> int:
        start.wait(timeout=30)
        return save(catalogue, a_book(root, b"A", files=(a_file(b"A/%d.mp3" % number),)))[0]

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(part, range(8)))

    assert len(ids) == 1
    book = catalogue.book(ids.pop())
    assert book is not None
    assert (len(book["files"]), book["authors"]) == (8, ["Ann Author"])
    catalogue.close()


PROCESS = """
import sys
from pathlib import Path
from shishod.store.catalog import SqlCatalog
from shishod.store.engine import connect, database_url
from shishod.store.settings import StoreSettings
from tests.store.building import a_book, save, some_metadata
settings = StoreSettings(url=sys.argv[1])
catalogue = SqlCatalog(connect(database_url(settings, Path(sys.argv[2])), settings))
(root,) = catalogue.roots()
sys.stdin.readline()
for number in range(100):
    names = [f"Author {(number + shift) % 40}" for shift in range(5)]
    save(catalogue, a_book(root, f"{sys.argv[3]}/{number}".encode(), metadata=some_metadata("T", *names)))
"""


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_two_processes_that_meet_the_same_names_make_each_once(
    backend: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = ""
    if backend == "postgresql":
        url = request.getfixturevalue("cluster").new_database()
    catalogue = open_catalog(StoreSettings(url=url), tmp_path)
    root = a_root(catalogue)
    command = [sys.executable, "-c", PROCESS, url, str(tmp_path)]
    home = Path(__file__).parents[2]
    running = [
        subprocess.Popen([*command, name], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=home)
        for name in ("one", "two")
    ]
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in running:
        _, complaint = process.communicate(timeout=60)
        assert (process.returncode, complaint) == (0, "")

    assert catalogue.counts()["books"] == 200
    assert len(catalogue.names(root.library_id, NameKind.PERSON)) == 40
    catalogue.close()


def test_a_reader_sees_a_batch_whole_or_not_at_all(catalogue: SqlCatalog) -> None:
    root, done = a_root(catalogue), threading.Event()
    seen: set[int] = set()

    def read() -> None:
        while not done.is_set():
            seen.add(catalogue.counts()["files"])

    reader = threading.Thread(target=read)
    reader.start()
    for batch in range(20):
        save(catalogue, *(a_book(root, b"%d/%d" % (batch, number)) for number in range(10)))
    done.set()
    reader.join(timeout=30)

    assert not reader.is_alive()
    assert seen
    assert {count % 10 for count in seen} == {0}


def test_what_was_committed_survives_the_death_of_its_process(tmp_path: Path) -> None:
    program = """
import os, signal, sys
from pathlib import Path
from shishod.store.catalog import open_catalog
from shishod.store.settings import StoreSettings
from tests.store.building import a_book, a_root, save
catalogue = open_catalog(StoreSettings(), Path(sys.argv[1]))
root = a_root(catalogue)
for number in range(5):
    save(catalogue, a_book(root, b"%d" % number))
os.kill(os.getpid(), signal.SIGKILL)
"""
    command = [sys.executable, "-c", program, str(tmp_path)]
    subprocess.run(command, check=False, cwd=Path(__file__).parents[2], timeout=60)

    settings = StoreSettings()
    after = SqlCatalog(connect(database_url(settings, tmp_path), settings))
    a_root(after)
    assert after.counts()["books"] == 5
    open_catalog(settings, tmp_path).close()  # the lock of a dead daemon is nobody's
