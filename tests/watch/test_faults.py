import json
import os
import resource
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from shishod.clock import Clock
from shishod.watch.inbox import Fault, Inbox
from shishod.watch.root import STALLED_S
from shishod.watch.settle import Kind
from shishod.watch.standing import Mode
from tests.hearing import capture_logs
from tests.watch.conftest import DEADLINE_S

REPOSITORY = Path(__file__).parents[2]
QUEUE = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())


def the_reader(watcher):
    return watcher._watchers[0]._sentry._inotify


def wait_mode(watcher, asked, mode):
    deadline_s = time.monotonic() + DEADLINE_S
    while watcher.status()[0].mode is not mode:
        assert time.monotonic() < deadline_s, watcher.status()
        asked.never(lambda: False, 0.02)
    return watcher.status()[0]


@contextmanager
def held(reader):
    """The reader of the kernel's queue cannot go on, as on a machine that is too busy."""
    with reader.lock:
        yield


def test_after_an_overflow_the_root_is_armed_anew_and_scanned_once(library, watching, asked):
    watcher = watching(library)
    first = the_reader(watcher)
    with held(first):
        for number in range(QUEUE // 3 + 2000):  # create, close and delete are three events
            (library / f"{number}.mp3").write_bytes(b"")
            (library / f"{number}.mp3").unlink()
    asked.wait_rescan(Fault.OVERFLOW)
    assert the_reader(watcher) is not first
    (library / "a.epub").write_bytes(b"book")
    asked.wait(lambda: b"a.epub" in asked.vouched())
    assert asked.rescans == [(1, "armed"), (1, Fault.OVERFLOW)]


def test_without_a_file_to_open_the_watch_goes_on_and_says_so_once(library, watching, asked):
    watcher = watching(library)
    one = watcher._watchers[0]
    usual = resource.getrlimit(resource.RLIMIT_NOFILE)
    with capture_logs() as logs:
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, usual[1]))
        try:
            for _ in range(3):
                one.check_soon()
                asked.never(lambda: not one.alive(), 0.2)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, usual)
        one.check_soon()
        (library / "a.epub").write_bytes(b"book")
        asked.wait(lambda: b"a.epub" in asked.vouched())

    said = [line["event"] for line in logs if line["log_level"] == "warning"]
    assert said == ["the mount table cannot be read; the folder is not looked at until it can"]


def test_a_folder_made_while_events_were_lost_is_watched_afterwards(library, watching, asked):
    watcher = watching(library)
    (library / "New").mkdir()
    the_reader(watcher)._inbox.fault(Fault.OVERFLOW)
    asked.wait_rescan(Fault.OVERFLOW)
    assert watcher.status()[0].armed == 2


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_reader_that_died_is_replaced_and_what_it_missed_is_scanned(library, watching, asked):
    watcher = watching(library)
    dying = the_reader(watcher)
    dying.handle_event = None  # whatever the kernel says next ends the thread
    (library / "missed.epub").write_bytes(b"book")
    asked.wait_rescan(Fault.DEAD)
    assert not dying.is_alive()
    (library / "a.epub").write_bytes(b"book")
    asked.wait(lambda: b"a.epub" in asked.vouched())


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_root_whose_own_thread_died_is_begun_anew(library, watching, asked):
    fail = [RuntimeError("the queue is gone")]

    def walk(*asks):
        if fail:
            raise fail.pop()
        asked.walk(*asks)

    watcher = watching(library, walk=walk)
    (library / "missed.epub").write_bytes(b"book")
    asked.wait_rescan("armed", count=2)
    (library / "a.epub").write_bytes(b"book")
    asked.wait(lambda: b"a.epub" in asked.vouched())
    assert watcher.alive()


def test_a_root_that_hangs_says_so_and_holds_up_nobody(library, tmp_path, watching, asked):
    ahead_s = [0.0]
    clock = Clock(monotonic_s=lambda: time.monotonic() + ahead_s[0])
    entered, release = threading.Event(), threading.Event()

    def walk(root_id, folder, names):
        if root_id == 1:
            entered.set()
            release.wait(DEADLINE_S * 3)
        asked.walk(root_id, folder, names)

    second = tmp_path / "Second"
    second.mkdir()
    watcher = watching(library, second, walk=walk, clock=clock)
    (library / "a.epub").write_bytes(b"book")
    assert entered.wait(DEADLINE_S)
    try:
        ahead_s[0] = STALLED_S + 1
        (second / "b.epub").write_bytes(b"book")
        asked.wait(lambda: asked.vouched(2) == {b"b.epub"})
        stalled, well = watcher.status()
        assert "not answered" in stalled.reason
        assert stalled.remedy
        assert well.reason == ""
        beat_s = watcher.last_beat_s()
        asked.never(lambda: watcher.last_beat_s() > beat_s and asked.news.notify_all(), 1.2)
        assert watcher.last_beat_s() > beat_s
        assert not watcher.stop(timeout_s=0.2)
    finally:
        release.set()


def test_a_root_that_is_not_there_is_watched_once_it_comes(tmp_path, watching, asked):
    late = tmp_path / "Late"
    watcher = watching(late, armed=False)
    status = wait_mode(watcher, asked, Mode.OFF)
    assert "left as they are" in status.reason
    assert asked.rescans == []

    late.mkdir()

    asked.wait_rescan("armed")
    (late / "a.epub").write_bytes(b"book")
    asked.wait(lambda: b"a.epub" in asked.vouched())


def test_a_deleted_root_is_noticed_at_once_and_watched_again_when_it_is_back(library, watching, asked):
    watcher = watching(library)
    library.rmdir()
    wait_mode(watcher, asked, Mode.OFF)
    asked.wait(lambda: len(asked.rescans) == 2)
    library.mkdir()
    asked.wait_rescan("armed", count=2)
    (library / "a.epub").write_bytes(b"book")
    asked.wait(lambda: b"a.epub" in asked.vouched())


def test_a_share_that_comes_back_is_scanned_though_it_is_not_watched(library, watching, asked, mount_as):
    mount_as("nfs4", library)
    watcher = watching(library, armed=False)
    wait_mode(watcher, asked, Mode.POLL)
    library.rename(library.with_name("Away"))
    wait_mode(watcher, asked, Mode.OFF)
    assert asked.rescans == []

    library.with_name("Away").rename(library)

    asked.wait_rescan("armed")
    assert wait_mode(watcher, asked, Mode.POLL).reason.startswith("nfs4")


def test_a_share_that_is_exchanged_for_another_is_scanned(library, watching, asked, mount_as):
    mount_as("nfs4", library)
    watcher = watching(library, armed=False)
    wait_mode(watcher, asked, Mode.POLL)
    (library.parent / "Other").mkdir()

    os.rename(library, library.with_name("Old"))
    os.rename(library.parent / "Other", library)

    asked.wait(lambda: asked.rescans)
    wait_mode(watcher, asked, Mode.POLL)


def test_a_root_exchanged_for_another_folder_is_watched_where_the_path_leads(library, watching, asked):
    watching(library)
    library.rename(library.with_name("Old"))
    library.mkdir()
    asked.wait(lambda: len(asked.rescans) >= 2)
    (library / "a.epub").write_bytes(b"book")
    asked.wait(lambda: b"a.epub" in asked.vouched())


def test_a_root_that_is_a_file_is_left_to_the_scans_with_the_reason(tmp_path, watching, asked):
    (tmp_path / "file").write_bytes(b"")
    watcher = watching(tmp_path / "file", armed=False)
    assert "Not a directory" in wait_mode(watcher, asked, Mode.POLL).reason


def test_a_full_inbox_is_an_overflow_and_forgets_nothing_that_it_holds():
    inbox = Inbox(limit=2)
    for path in (b"a", b"b", b"c", b"a"):
        inbox.note(path, Kind.CLOSED)
    assert inbox.take() == ({b"a": Kind.CLOSED, b"b": Kind.CLOSED}, {Fault.OVERFLOW})
    assert inbox.take() == ({}, set())


UNPRIVILEGED = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]


def in_namespace(act, folder, prefix=()):
    """Run one act of tests/watch/namespaces.py where mounts and limits are its own, and return what it saw."""
    command = ["unshare", "-Urm", *prefix, sys.executable, "-m", "tests.watch.namespaces", act, os.fspath(folder)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_where_the_kernel_has_too_few_watches_the_rest_is_polled_and_the_status_says_what_to_do(library):
    seen = in_namespace("few_watches", library)
    assert seen["mode"] == "degraded"
    assert (seen["armed"], seen["needed"], seen["poll_s"]) == (16, 31, 1.0)
    assert "user.max_inotify_watches is 20, of which 80% are ours" in seen["reason"]
    assert seen["remedy"].startswith("sysctl -w user.max_inotify_watches=524288")
    assert seen["rescans"] == ["armed"]


def test_when_the_last_watch_is_given_away_later_the_root_is_scanned_once_and_polled(library):
    seen = in_namespace("limit_reached_later", library)
    assert seen["rescans"] == ["armed", "limit"]
    assert (seen["mode"], seen["armed"], seen["needed"], seen["poll_s"]) == ("degraded", 2, 5, 1.0)


HEALED = {"mode": "events", "armed": 31, "needed": 31, "poll_s": None, "reason": "", "remedy": ""}


def test_when_the_limit_rises_the_deaf_folders_are_armed_and_polling_ends(library):
    assert in_namespace("more_watches_later", library) == HEALED


def test_watches_that_another_program_gives_back_are_taken(library):
    seen = in_namespace("taken_by_others", library)
    assert (seen["first"]["mode"], seen["first"]["armed"]) == ("degraded", 20)
    assert seen["then"] == HEALED


def test_two_roots_share_what_is_too_little_for_both(library):
    first, second = in_namespace("two_roots", library)
    assert [(one["armed"], one["needed"]) for one in (first, second)] == [(15, 30), (5, 10)]


def test_where_the_kernel_has_no_instance_the_root_is_polled_until_it_has(library):
    seen = in_namespace("no_instances", library)
    assert (seen["mode"], seen["poll_s"]) == ("poll", 1.0)
    assert seen["remedy"].startswith("sysctl -w user.max_inotify_instances=512")
    assert seen["then"] == "events"


def test_an_unmounted_root_is_scanned_and_watched_again_when_it_is_mounted(library):
    seen = in_namespace("unmount", library)
    assert seen["after_unmount"] == "unmounted"
    assert seen["after_mount"] == "changed"
    assert seen["vouched"] == ["a.epub"]


def test_a_root_that_is_mounted_over_is_watched_where_the_path_leads(library):
    assert in_namespace("mount_over", library)["vouched"] == ["a.epub"]


def test_folders_that_may_not_be_read_do_not_disturb_their_neighbours(library):
    seen = in_namespace("unreadable", library, UNPRIVILEGED)
    assert (seen["mode"], seen["armed"], seen["needed"]) == ("events", 2, 2)
