"""What Operations decides by itself: which folder a path means, when all is well, and what is asked how often."""

import os
from pathlib import Path

import pytest

from shishod.clock import Clock
from shishod.errors import Refused
from shishod.model.library import Library, RootState
from shishod.model.progress import Problem, ScanStatus
from shishod.model.ticket import FolderSubject
from shishod.model.tier import Tier
from shishod.operations import Operations, Probes, WorkerRow, verdict
from shishod.operations.enrichment import WebDesk
from shishod.store.catalog import open_catalog
from shishod.store.settings import StoreSettings
from tests.control.standin import NOON, Standin, Watched, a_book, a_root, a_scan
from tests.control.test_slow_web import SlowWeb
from tests.waiting import wait_until


@pytest.fixture
def books(tmp_path: Path) -> Path:
    folder = tmp_path / "books"
    (folder / "Le Guin").mkdir(parents=True)
    (folder / "Le Guin" / "Tehanu.epub").write_bytes(b"x")
    return folder


@pytest.fixture
def daemon(books: Path) -> Standin:
    return Standin(known=[a_root(books)])


def subjects(daemon: Standin, *paths: bytes) -> tuple[FolderSubject, ...]:
    daemon.operations().start_scan(paths, None, Tier.QUICK)
    return daemon.asked[-1][1]


@pytest.mark.parametrize(
    ("below", "folder"),
    [
        (b"", b""),
        (b"/", b""),
        (b"/Le Guin", b"Le Guin"),
        (b"/Le Guin/", b"Le Guin"),
        (b"/Le Guin/../Le Guin/.", b"Le Guin"),
        (b"/Le Guin/Tehanu.epub", b"Le Guin"),
    ],
)
def test_a_path_means_its_folder_below_the_root(daemon: Standin, books: Path, below: bytes, folder: bytes):
    assert subjects(daemon, os.fsencode(books) + below) == (FolderSubject(1, folder),)


def test_a_file_at_the_top_means_the_root(daemon: Standin, books: Path):
    (books / "a.epub").write_bytes(b"x")

    assert subjects(daemon, os.fsencode(books / "a.epub")) == (FolderSubject(1, b""),)


def test_two_files_of_a_folder_are_one_subject(daemon: Standin, books: Path):
    folder = os.fsencode(books / "Le Guin")

    assert subjects(daemon, folder + b"/Tehanu.epub", folder) == (FolderSubject(1, b"Le Guin"),)


def test_a_root_that_is_a_link_is_found_by_its_real_path(daemon: Standin, books: Path, tmp_path: Path):
    (tmp_path / "link").symlink_to(books)
    daemon.known = [a_root(tmp_path / "link")]

    assert subjects(daemon, os.fsencode(books / "Le Guin")) == (FolderSubject(1, b"Le Guin"),)


def test_a_neighbour_whose_name_begins_alike_is_not_in_the_root(daemon: Standin, books: Path):
    with pytest.raises(Refused, match="lies in no library"):
        subjects(daemon, os.fsencode(books) + b"-old")


@pytest.mark.parametrize("path", [b"Le Guin", b"", b"/x\0y"])
def test_a_path_must_be_absolute_and_whole(daemon: Standin, path: bytes):
    with pytest.raises(Refused, match="not an absolute path"):
        subjects(daemon, path)


def test_a_path_that_climbs_out_of_the_root_is_refused(daemon: Standin, books: Path):
    with pytest.raises(Refused, match="lies in no library"):
        subjects(daemon, os.fsencode(books) + b"/../../etc")


def test_a_path_that_is_not_there_is_refused(daemon: Standin, books: Path):
    with pytest.raises(Refused, match="No such file") as caught:
        subjects(daemon, os.fsencode(books / "none"))

    assert caught.value.kind == "not-found"


@pytest.mark.parametrize("state", [RootState.OFFLINE, RootState.STALLED])
def test_a_path_of_a_root_that_is_away_is_refused_without_touching_its_disk(daemon: Standin, state: RootState):
    daemon.known = [a_root(b"/nowhere/that/exists", state=state, reason="the share is gone")]

    with pytest.raises(Refused, match="the share is gone"):  # "No such file" would show that it looked
        subjects(daemon, b"/nowhere/that/exists/book.epub")


def test_a_scan_of_everything_takes_an_absent_root_too_so_that_its_return_is_seen(daemon: Standin):
    daemon.known = [a_root(b"/nowhere", state=RootState.OFFLINE)]

    assert subjects(daemon) == (FolderSubject(1, b""),)


def test_with_no_library_there_is_nothing_to_scan():
    with pytest.raises(Refused, match="no library"):
        Standin().operations().start_scan((), None, Tier.QUICK)


def test_the_scan_list_shows_the_living_as_they_are_now(daemon: Standin):
    daemon.ended = [a_scan(2, processed=1), a_scan(1, ScanStatus.COMPLETED)]
    daemon.alive = {"scan-2": a_scan(2, processed=50), "scan-3": a_scan(3, ScanStatus.QUEUED)}

    listed = [(scan.id, scan.processed) for scan in daemon.operations().scans()]

    assert listed == [("scan-3", 0), ("scan-2", 50), ("scan-1", 0)]


def test_accept_is_given_the_root_by_number_or_by_path(daemon: Standin, books: Path):
    daemon.known = [a_root(books, state=RootState.HELD)]
    operations = daemon.operations()

    operations.accept(1)
    operations.accept(os.fsencode(books))

    assert daemon.accepted == [1, 1]
    assert [tier for tier, _, _ in daemon.asked] == [Tier.FULL, Tier.FULL]


def test_a_daemon_without_a_configuration_file_has_nothing_to_reload(daemon: Standin):
    with pytest.raises(Refused, match="without a configuration file"):
        Operations(catalog=daemon, history=daemon, shelf=daemon, scans=daemon).reload()


def test_many_who_ask_for_the_status_cost_one_count_a_second(daemon: Standin):
    now_s = 0.0
    operations = Operations(
        catalog=daemon, history=daemon, shelf=daemon, scans=daemon, clock=Clock(lambda: NOON, lambda: now_s)
    )
    for _ in range(10):
        operations.status()
    first = daemon.counted
    now_s = 1.5
    operations.status()

    assert (first, daemon.counted) == (1, 2)


def test_counts_stay_the_last_known_while_the_database_is_down(daemon: Standin):
    daemon.shelf = [a_book(1)]
    operations = daemon.operations()
    operations.status()
    daemon.database_down = True

    report = operations.status()

    assert (report["ok"], report["counts"]["books"]) == (False, 1)


def report(daemon: Standin) -> tuple[bool, str]:
    said = daemon.operations().status()
    return said["ok"], said["sentence"]


def test_all_well_says_what_is_held_and_what_is_done(daemon: Standin):
    daemon.shelf = [a_book(1), a_book(2)]
    daemon.alive = {"scan-1": a_scan(processed=1200, total=3000)}

    assert report(daemon) == (True, "All is well: 2 books in 2 files; a quick scan has done 1,200 of 3,000 files.")


def test_a_folder_that_could_not_be_listed_is_counted_in_the_sentence(tmp_path: Path):
    catalog = open_catalog(StoreSettings(), tmp_path)
    (root,) = catalog.enrol([Library("Books", (b"/srv/books",))], NOON)
    catalog.note_problems([Problem(root.id, b"locked", "list", "EACCES", "permission denied", NOON)])
    said = Operations(catalog=catalog, history=catalog, shelf=catalog, scans=Standin()).status()
    catalog.close()

    assert said["problems"] == 1
    assert said["sentence"] == "All is well: 0 books in 0 files, 1 problem; nothing to do."


def test_a_dead_loop_is_the_worst_after_a_dead_database(daemon: Standin, books: Path):
    daemon.loops = {"watch": True, "schedule": False}
    daemon.known = [a_root(books, state=RootState.OFFLINE)]

    ok, sentence = report(daemon)

    assert not ok
    assert sentence.startswith("Not turning: schedule")


def test_of_several_roots_away_the_first_is_named_and_the_others_counted(daemon: Standin, books: Path):
    daemon.known = [
        a_root(b"/a", 1, state=RootState.OFFLINE),
        a_root(books, 2),
        a_root(b"/b", 3, state=RootState.STALLED),
    ]

    assert report(daemon) == (False, "/a is offline, and 1 more; its books are left as they are.")


def test_a_watch_that_needs_the_operator_is_not_well(daemon: Standin):
    daemon.watched = [Watched(1, reason="the watch limit is reached", remedy="Raise it.")]

    ok, sentence = report(daemon)

    assert not ok
    assert sentence.endswith("is not watched in full: the watch limit is reached. Raise it.")


def test_a_watch_that_polls_of_need_is_well(daemon: Standin):
    daemon.watched = [Watched(1, mode="poll", reason="a network share tells us nothing")]

    assert report(daemon)[0]


def test_broken_files_are_counted_but_are_no_alarm():
    said = {
        "catalogue": {"ok": True},
        "loops": {},
        "roots": [],
        "counts": {"books": 1, "files": 4},
        "problems": 3,
        "queue": {},
        "later": {},
        "workers": [],
        "scan": {"active": []},
        "load": {"paused": ""},
    }

    assert verdict(said) == (True, "All is well: 1 book in 4 files, 3 problems; no library is configured.")


@pytest.mark.parametrize(("due", "activity"), [(0, "nothing to do"), (1, "changes are being looked at")])
def test_what_is_tried_again_later_is_not_told_as_being_looked_at(daemon: Standin, due: int, activity: str):
    said = daemon.operations().status() | {"queue": {"walk": 5 + due}, "later": {"walk": 5}}

    assert verdict(said)[1].endswith(f"; {activity}.")


def test_to_ask_the_web_is_not_told_as_changes(daemon: Standin):
    daemon.workers = [WorkerRow("web-0", "enrich openlibrary", 3.0), WorkerRow("pause-0", "cover", 1.0)]

    assert report(daemon) == (True, "All is well: 0 books in 0 files; web catalogues are asked.")


def test_a_catalogue_that_refuses_who_asks_waits_for_the_operator(daemon: Standin):
    class Refusing(SlowWeb):
        def states(self) -> dict[str, str]:
            return {"openlibrary": "", "tmdb": "stopped: tmdb answers 401", "audnexus": "resting: no answer"}

    operations = daemon.operations()
    operations.web = WebDesk(Refusing(), operations.book, lambda *_: 0)

    said = operations.status()

    assert (said["ok"], said["severity"]) == (True, "warning")
    assert said["sentence"].startswith("tmdb: asked no more (shishoctl providers says why); else all is well: 0 books")


def test_a_status_says_what_holds_the_readers_in(daemon: Standin):
    assert daemon.operations().status()["sandbox"] == "landlock 4, seccomp"


def test_while_a_scan_writes_a_status_asks_nothing_of_the_database_that_it_was_told_a_moment_ago(daemon: Standin):
    now_s = 0.0
    daemon.alive = {"scan-1": a_scan()}
    operations = Operations(
        catalog=daemon, history=daemon, shelf=daemon, scans=daemon, clock=Clock(lambda: NOON, lambda: now_s)
    )
    operations.status()
    daemon.database_down = True
    now_s = 3.9

    lately, now_s = operations.status(), 4.1
    late = operations.status()

    assert (lately["catalogue"]["ok"], late["catalogue"]["ok"]) == (True, False)
    assert lately["roots"] == late["roots"], "and what was seen last is still told"


def test_while_a_scan_is_alive_every_tick_has_a_status_at_hand_for_who_asks_alone(daemon: Standin):
    now_s = 0.0
    operations = Operations(
        catalog=daemon, history=daemon, shelf=daemon, scans=daemon, clock=Clock(lambda: NOON, lambda: now_s)
    )
    operations.tick()
    assert daemon.counted == 0, "a daemon at rest counts nothing"
    daemon.alive = {"scan-1": a_scan()}
    for turn in range(1, 6):
        now_s = turn * 2.0
        operations.tick()
        wait_until(lambda turn=turn: operations._glances.last().counted_s == turn * 2.0, 10, "a glance was taken")
    daemon.database_down = True
    now_s += 3

    assert operations.status()["catalogue"]["ok"], "and waits for nobody"


def test_a_status_is_at_hand_during_a_scan_where_the_catalogue_was_asked_lately(daemon: Standin):
    now_s, asked = 0.0, list[float]()
    probes = Probes(arrears=lambda: asked.append(now_s) or "the disk is full")
    operations = Operations(
        catalog=daemon,
        history=daemon,
        shelf=daemon,
        scans=daemon,
        probes=probes,
        clock=Clock(lambda: NOON, lambda: now_s),
    )
    operations.status()
    assert operations.status_at_hand() is None, "a daemon at rest is asked what is so now"

    daemon.alive = {"scan-1": a_scan()}
    daemon.database_down = True
    now_s = 3.9
    told = operations.status_at_hand()
    now_s = 4.1

    assert told is not None
    assert told["catalogue"] == {"ok": False, "reason": "the disk is full"}
    assert [scan["id"] for scan in told["scan"]["active"]] == ["scan-1"]
    assert asked == [0.0], "and nothing was asked for it"
    assert operations.status_at_hand() is None
