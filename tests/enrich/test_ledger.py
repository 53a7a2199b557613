"""The window shared by threads, processes, hosts and starts, on real files and real servers."""

import multiprocessing
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shishod.enrich import ledger
from shishod.enrich.ledger import FileNotes, Ledger, Notes
from shishod.enrich.limiter import Limiter
from shishod.enrich.redis import RedisNotes
from shishod.enrich.window import Limit, Rules, Window
from shishod.errors import SettingsError, Unreachable
from shishod.store.catalog import open_catalog
from shishod.store.settings import StoreSettings
from shishod.work.stop import StopSignal
from tests.enrich.test_window import most_in_any
from tests.store.cluster import Cluster, running_cluster
from tests.waiting import wait_until

RULES = Rules((Limit(10, 0.25),))
EACH = 20
KINDS = ("file", "postgresql", "redis")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with running_cluster() as running:
        yield running


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real server on a socket of its own."""
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        message = "no Redis is installed: apt-get install redis-server"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    place = tmp_path_factory.mktemp("redis") / "s"
    server = subprocess.Popen(
        [program, "--port", "0", "--unixsocket", str(place), "--save", ""], stdout=subprocess.DEVNULL
    )
    try:
        wait_until(place.exists, 10, "the server listens")
        yield f"unix://{place}"
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """A kind of notes, and where a process finds them."""
    if request.param == "file":
        return "file", str(tmp_path)
    if request.param == "redis":
        return "redis", str(request.getfixturevalue("redis_url"))
    url = request.getfixturevalue("cluster").new_database()
    open_catalog(StoreSettings(url=url), tmp_path).close()  # its tables are made before two processes use it
    return "postgresql", url


def notes_of(place: tuple[str, str]) -> Notes:
    kind, where = place
    if kind == "file":
        return FileNotes(Path(where))
    if kind == "redis":
        return RedisNotes(where)
    return open_catalog(StoreSettings(url=where), Path("/nonexistent"))


def ask_in_threads(place: tuple[str, str], threads: int, times: "multiprocessing.Queue[list[float]]") -> None:
    """What one instance does: some threads, one limiter, and the moments of their requests."""
    limiter = Limiter("books", RULES, Ledger(notes_of(place)), StopSignal(), jitter_s=0.0)
    asked: list[float] = []

    def ask() -> None:
        for _ in range(EACH):
            turn = limiter.turn()
            assert turn is not None
            with turn:
                asked.append(time.monotonic())

    crowd = [threading.Thread(target=ask) for _ in range(threads)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    times.put(asked)


def test_two_processes_of_four_threads_are_held_to_one_window(place: tuple[str, str]) -> None:
    context = multiprocessing.get_context("spawn")
    times: multiprocessing.Queue[list[float]] = context.Queue()
    instances = [context.Process(target=ask_in_threads, args=(place, 4, times)) for _ in range(2)]
    for one in instances:
        one.start()
    arrivals = [moment for _ in instances for moment in times.get(timeout=60)]
    for one in instances:
        one.join(10)

    assert len(arrivals) == 2 * 4 * EACH
    (limit,) = RULES.limits
    assert most_in_any(arrivals, limit.window_s) <= limit.permits


def test_a_restart_does_not_forget_what_was_asked(place: tuple[str, str]) -> None:
    rules = Rules((Limit(2, 60.0),))
    for _ in range(2):
        limiter = Limiter("later", rules, Ledger(notes_of(place)), StopSignal(), jitter_s=0.0)
        turn = limiter.turn()
        assert turn is not None
        with turn:
            pass

    after = Limiter("later", rules, Ledger(notes_of(place)), StopSignal(), jitter_s=0.0)
    with pytest.raises(Unreachable, match="by its own rules") as told:
        after.turn(patience_s=1.0)
    assert 50 < (told.value.retry_after_s or 0) < 70
    assert after.use()[:2] == (2, 2)


def test_a_clock_that_somebody_sets_moves_no_window(place: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = Ledger(notes_of(place))
    before = ledger.change("clock", lambda window, now_s, _: (window, now_s))
    for step_s in (86_400.0, -86_400.0):
        real = time.time
        monkeypatch.setattr(time, "time", lambda real=real, step_s=step_s: real() + step_s)

        after = ledger.change("clock", lambda window, now_s, _: (window, now_s))

        assert abs(after - before) < 30


def test_who_waits_for_a_note_of_postgresql_is_told_the_time_at_which_it_is_his(
    cluster: Cluster, tmp_path: Path
) -> None:
    url = cluster.new_database()
    ours, theirs = (open_catalog(StoreSettings(url=url), tmp_path) for _ in range(2))
    held, goes, times = threading.Event(), threading.Event(), []

    def hold(_: str, now_s: float) -> tuple[str, float]:
        held.set()
        assert goes.wait(10)
        return "", now_s

    holding = threading.Thread(target=lambda: times.append(ours.change_note("x", hold)))
    waiting = threading.Thread(target=lambda: times.append(theirs.change_note("x", lambda *given: given)))
    ours.change_note("x", lambda said, _: (said, None))
    holding.start()
    assert held.wait(10)
    waiting.start()
    waiting.join(0.5)
    goes.set()
    for one in (holding, waiting):
        one.join(10)

    first_s, second_s = times
    assert second_s - first_s >= 0.4
    for catalogue in (ours, theirs):
        catalogue.close()


def test_the_time_of_a_file_goes_on_while_it_is_written(tmp_path: Path) -> None:
    notes = FileNotes(tmp_path)

    def slowly(said: str, now_s: float) -> tuple[str, float]:
        threading.Event().wait(0.02)
        return said, now_s

    moments = [notes.change_note("x", slowly) for _ in range(10)]

    assert moments[-1] - moments[0] >= 9 * 0.02


class Slow:
    """Notes in memory, each change of which is held until it is let go on."""

    def __init__(self) -> None:
        self.texts: list[str] = [""]
        self.let = threading.Semaphore(0)
        self.asked = threading.Semaphore(0)

    def change_note(self, name: str, change: Callable[[str, float], tuple[str, Any]]) -> Any:
        self.asked.release()
        assert self.let.acquire(timeout=30)
        text, told = change(self.texts[-1], 100.0)
        self.texts.append(text)
        return told


def test_what_is_asked_for_while_a_window_is_written_is_one_writing_and_told_how_long_it_waited() -> None:
    slow, late = Slow(), list[float]()
    ledger = Ledger(slow)

    def wish() -> None:
        late.append(ledger.change("books", lambda window, _, late_s: (window, late_s)))

    crowd = [threading.Thread(target=wish) for _ in range(8)]
    crowd[0].start()
    assert slow.asked.acquire(timeout=30)
    for one in crowd[1:]:
        one.start()
    threading.Event().wait(0.2)
    for _ in range(8):
        slow.let.release()
    for one in crowd:
        one.join(30)

    assert len(slow.texts) - 1 < 8
    assert len(late) == 8
    assert max(late) >= 0.02


def test_over_another_start_of_the_machine_the_time_goes_on_by_the_wall_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = FileNotes(tmp_path).change_note("x", lambda said, now_s: ("kept", now_s))
    wall_s, up_s = time.time() + 3600, ledger._up_s() - 5000
    monkeypatch.setattr(ledger, "_boot_id", lambda: "another")
    monkeypatch.setattr(ledger, "_up_s", lambda: up_s)
    monkeypatch.setattr(time, "time", lambda: wall_s)

    said, after = FileNotes(tmp_path).change_note("x", lambda said, now_s: (said, (said, now_s)))

    assert said == "kept"
    assert 3600 <= after - before < 3660


@pytest.mark.parametrize("length", [0, 1, 100, 5000, 12_000, 19_000])
def test_a_note_that_was_half_written_is_what_it_was_before(tmp_path: Path, length: int) -> None:
    notes = FileNotes(tmp_path)
    before = 0.0
    for text in ("one", "two"):
        before = notes.change_note("x", lambda _, now_s, text=text: (text * 4000, now_s))  # type: ignore[misc]
    (note,) = tmp_path.glob("*.window")
    whole = note.read_bytes()
    notes.change_note("x", lambda *_: ("three" * 4000, None))
    broken = bytearray(note.read_bytes())
    broken[ledger._HALF + length :] = whole[ledger._HALF + length :]
    note.write_bytes(broken)

    said, after = notes.change_note("x", lambda said, now_s: (said, (said, now_s)))

    assert said == "two" * 4000
    assert after >= before


def test_a_file_of_nonsense_is_an_empty_window(tmp_path: Path) -> None:
    notes = FileNotes(tmp_path)
    notes.change_note("x", lambda *_: ("", None))
    (note,) = tmp_path.glob("*.window")
    note.write_bytes(b"\0\xff\0")

    assert Ledger(notes).change("x", lambda window, *_: (window, window)).slots == Window().slots


def test_a_disk_that_takes_nothing_is_told_and_nobody_is_asked(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(Unreachable, match="Nobody is asked without them"):
        Limiter("books", RULES, Ledger(FileNotes(tmp_path / "file")), StopSignal()).turn()


def test_an_address_that_is_none_is_refused_without_its_password() -> None:
    with pytest.raises(SettingsError, match=r"redis://host") as told:
        RedisNotes("http://ann:a-secret@host/0")
    assert "a-secret" not in str(told.value)


def test_a_server_that_is_away_is_told_and_nobody_is_asked(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match=r"enrich.limits_url does not answer"):
        RedisNotes(f"unix://{tmp_path}/nothing").change_note("x", lambda said, _: (said, None))
