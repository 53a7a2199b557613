import os
import shutil
import time

import pytest

from shishod.clock import Clock
from shishod.model.library import WatchWay, Ways
from shishod.watch.settings import WatchSettings
from shishod.watch.standing import Mode
from tests.waiting import wait_until
from tests.watch.conftest import DEADLINE_S, QUICK, a_root


def test_a_root_is_rescanned_as_soon_as_it_is_armed(library, watching, asked):
    watcher = watching(library)
    assert asked.rescans == [(1, "armed")]
    assert watcher.status()[0].armed == 1


def test_a_file_copied_in_is_vouched_for_once(library, watching, asked):
    watching(library)
    (library / "a.epub").write_bytes(b"book")
    asked.wait(lambda: asked.walks)
    asked.never(lambda: len(asked.walks) > 1, 0.3)
    assert asked.walks == [(1, b"", frozenset({b"a.epub"}))]


def test_who_reads_may_expect_a_file_before_it_has_come_to_rest_and_none_for_what_leaves(library, watching, asked):
    (library / "old.epub").write_bytes(b"book")
    watching(library)
    (library / "old.epub").unlink()
    asked.wait(lambda: len(asked.walks) == 1)
    assert asked.expected == []

    (library / "new.epub").write_bytes(b"book")
    asked.wait(lambda: len(asked.walks) == 2)

    assert asked.expected[0] == 1, "it was told before the walk was asked for"


def test_a_file_copied_in_is_told_within_its_settle_time_and_little_more(library, watching, asked):
    watching(library, settings=WatchSettings())
    (library / "a.epub").write_bytes(b"book")
    closed_s = time.monotonic()
    asked.wait(lambda: asked.walks)
    assert 0.24 <= time.monotonic() - closed_s < 0.5


def test_a_file_moved_in_from_elsewhere_rests_no_longer_than_a_closed_one(library, tmp_path, watching, asked):
    watching(library, settings=WatchSettings(settle_quiet="1h"))
    outside = tmp_path / "a.epub"
    outside.write_bytes(b"book")
    outside.rename(library / "a.epub")
    asked.wait(lambda: b"a.epub" in asked.vouched())


def test_a_file_written_under_another_name_and_renamed_is_seen_as_what_it_became(library, watching, asked):
    watching(library)
    temporary = library / ".a.epub.Xy12Zq"
    temporary.write_bytes(b"book")
    temporary.rename(library / "a.epub")
    asked.wait(lambda: asked.walks)
    asked.never(lambda: len(asked.walks) > 1, 0.3)
    assert asked.vouched() == {b"a.epub"}


def test_a_slow_copy_is_vouched_for_only_when_it_has_ended(library, watching, asked):
    watching(library)
    with (library / "a.epub").open("wb", buffering=0) as slow:
        for _ in range(8):
            slow.write(b"x" * 1000)
            asked.never(lambda: asked.walks, 0.15)
    asked.wait(lambda: b"a.epub" in asked.vouched())


def test_a_file_that_is_never_closed_is_vouched_for_when_it_stopped_growing(library, watching, asked):
    watching(library)
    with (library / "a.epub").open("wb", buffering=0) as kept_open:
        kept_open.write(b"x")
        asked.wait(lambda: b"a.epub" in asked.vouched())


def test_a_file_that_keeps_growing_is_shown_as_waited_for(library, watching, asked):
    watcher = watching(library, settings=QUICK.model_copy(update={"max_wait": 0.2}))
    with (library / "a.epub").open("wb", buffering=0) as slow:
        deadline_s = time.monotonic() + DEADLINE_S
        while not watcher.waiting():
            slow.write(b"x")
            asked.never(lambda: asked.walks, 0.05)
            assert time.monotonic() < deadline_s
    assert [(root_id, growing.path) for root_id, growing in watcher.waiting()] == [(1, b"a.epub")]


def test_folders_made_and_filled_at_once_are_not_missed(library, watching, asked):
    watching(library)
    deep = library / "Author" / "Series" / "Book"
    deep.mkdir(parents=True)
    (deep / "a.epub").write_bytes(b"book")
    asked.wait(lambda: b"Author/Series/Book/a.epub" in asked.vouched())
    asked.wait(lambda: {b"", b"Author", b"Author/Series"} <= asked.walked())


def a_tree(at, folders=40, files=5):
    made = set()
    for folder in range(folders):
        path = at / f"Author {folder % 7}" / f"Book {folder}"
        path.mkdir(parents=True)
        for track in range(files):
            (path / f"{track}.mp3").write_bytes(b"sound")
            made.add(f"Author {folder % 7}/Book {folder}/{track}.mp3".encode())
    return made


def test_of_a_tree_copied_in_nothing_is_lost(library, tmp_path, watching, asked):
    made = a_tree(tmp_path / "outside")
    watching(library)
    shutil.copytree(tmp_path / "outside", library, dirs_exist_ok=True)
    asked.wait(lambda: asked.vouched() == made)


def test_of_a_tree_moved_in_every_folder_is_walked_and_every_file_vouched_for(library, tmp_path, watching, asked):
    made = {b"Tree/" + path for path in a_tree(tmp_path / "outside")}
    watching(library, settings=QUICK.model_copy(update={"settle_quiet": 3600.0}))
    (tmp_path / "outside").rename(library / "Tree")
    asked.wait(lambda: asked.vouched() == made)
    assert b"Tree" in asked.walked()


def test_a_folder_renamed_inside_is_followed_to_its_new_name(library, watching, asked):
    (library / "Old" / "Deep").mkdir(parents=True)
    watching(library)
    (library / "Old").rename(library / "New")
    asked.wait(lambda: b"" in asked.walked())
    (library / "New" / "Deep" / "a.epub").write_bytes(b"book")
    asked.wait(lambda: b"New/Deep/a.epub" in asked.vouched())


def test_the_tracks_of_an_audiobook_are_asked_for_together(library, watching, asked):
    (library / "Book").mkdir()
    watching(library)
    for track in range(60):
        (library / "Book" / f"{track:02}.mp3").write_bytes(b"sound")
    asked.wait(lambda: len(asked.vouched()) == 60)
    assert len(asked.walks) == 1


@pytest.mark.parametrize(
    "delete", [os.unlink, lambda path: os.rename(path, path.parent.parent / "elsewhere")], ids=["deleted", "moved"]
)
def test_a_file_that_left_makes_its_folder_worth_a_walk(library, watching, asked, delete):
    (library / "a.epub").write_bytes(b"book")
    watching(library)
    delete(library / "a.epub")
    asked.wait(lambda: asked.walks == [(1, b"", frozenset())])


def test_a_folder_that_was_deleted_makes_its_parent_worth_a_walk(library, watching, asked):
    (library / "A" / "B").mkdir(parents=True)
    (library / "A" / "B" / "a.epub").write_bytes(b"book")
    watching(library)
    shutil.rmtree(library / "A")
    asked.wait(lambda: b"" in asked.walked())
    assert asked.vouched() == set()


def test_what_is_not_a_book_asks_for_nothing(library, watching, asked):
    (library / "@eaDir").mkdir()
    (library / ".stversions").mkdir()
    watcher = watching(library)
    for name in ("notes.txt", ".hidden.epub", "a.epub.part", "@eaDir/x.epub", ".stversions/y.epub", "epub"):
        (library / name).write_bytes(b"x")
    (library / "#recycle").mkdir()
    asked.never(lambda: asked.walks, 0.6)
    assert watcher.status()[0].armed == 1


def test_an_ending_in_capitals_is_an_ending(library, watching, asked):
    watching(library)
    (library / "A.EPUB").write_bytes(b"book")
    asked.wait(lambda: b"A.EPUB" in asked.vouched())


def test_names_that_are_not_utf8_come_through_byte_for_byte(library, watching, asked):
    watching(library)
    name = b"caf\xe9\n.epub"
    with open(os.path.join(os.fsencode(library), name), "wb"):
        pass
    asked.wait(lambda: name in asked.vouched())


def test_reading_the_library_causes_no_event(library, watching, asked):
    (library / "a.epub").write_bytes(b"book")
    watcher = watching(library)
    for _ in range(50):
        (library / "a.epub").read_bytes()
        list(library.iterdir())
    asked.never(lambda: asked.walks, 0.3)
    assert watcher.status()[0].last_event_at is None


def test_a_root_behind_a_link_is_watched_where_it_leads(library, tmp_path, watching, asked):
    (tmp_path / "link").symlink_to(library)
    watching(tmp_path / "link")
    (library / "a.epub").write_bytes(b"book")
    asked.wait(lambda: b"a.epub" in asked.vouched())


def test_each_root_asks_under_its_own_number(library, tmp_path, watching, asked):
    second = tmp_path / "Second"
    second.mkdir()
    watching(library, second)
    (second / "b.epub").write_bytes(b"book")
    asked.wait(lambda: asked.vouched(2) == {b"b.epub"})
    assert asked.vouched(1) == set()


def test_a_switched_off_watch_says_so_and_still_beats(library, watching, asked):
    watcher = watching(library, settings=WatchSettings(enabled=False), armed=False)
    assert watcher.status()[0].mode is Mode.OFF
    assert "switched off" in watcher.status()[0].reason
    assert watcher.alive()


def test_a_share_that_does_not_tell_is_left_to_the_scans_from_its_first_start_on(library, watching, asked, mount_as):
    mount_as("nfs4", library)
    watcher = watching(library, armed=False)
    deadline_s = time.monotonic() + DEADLINE_S
    while watcher.status()[0].mode is Mode.ARMING:
        asked.never(lambda: asked.rescans, 0.02)
        assert time.monotonic() < deadline_s
    assert watcher.status()[0].mode is Mode.POLL
    assert "nfs4" in watcher.status()[0].reason


def polled(watcher, asked, at_least=1):
    asked.wait(lambda: len(asked.polls) >= at_least)
    return watcher.status()[0]


def test_a_share_is_polled_at_its_interval_and_says_why(library, watching, asked, mount_as):
    mount_as("nfs4", library)
    status = polled(watching(library, armed=False), asked, at_least=2)
    assert (status.mode, status.poll_s, status.needed) == (Mode.POLL, 1.0, None)
    assert status.reason == "nfs4 does not tell of changes made elsewhere"


def test_a_poll_that_takes_long_is_asked_for_more_rarely_and_the_status_shows_it(library, watching, asked, mount_as):
    mount_as("nfs4", library)
    asked.took_s = 0.2
    watcher = watching(library, armed=False)
    asked.wait(lambda: len(asked.polls) >= 1)
    deadline_s = time.monotonic() + DEADLINE_S
    while watcher.status()[0].poll_s != 4.0:
        asked.never(lambda: False, 0.05)
        assert time.monotonic() < deadline_s


def test_a_root_that_is_told_of_by_events_is_not_polled(library, watching, asked):
    watcher = watching(library)
    asked.never(lambda: asked.polls, 1.3)
    assert watcher.status()[0].poll_s is None


@pytest.mark.parametrize("way", [WatchWay.POLL, WatchWay.OFF, WatchWay.EVENTS])
def test_a_librarys_own_word_on_how_it_is_watched_is_heeded(library, watching, asked, mount_as, way):
    if way is WatchWay.EVENTS:
        mount_as("nfs4", library)
    root = a_root(library, ways=Ways(watch=way, poll_interval_s=2.0))
    watcher = watching(roots=[root], armed=way is WatchWay.EVENTS)
    if way is WatchWay.POLL:
        assert polled(watcher, asked).poll_s == 2.0
    (status,) = watcher.status()
    assert status.mode == way.value
    assert ("the configuration says so" in status.reason) == (way is not WatchWay.EVENTS)


def test_a_root_that_is_left_alone_has_a_thread_that_sleeps(library, watching, asked):
    watcher = watching(roots=[a_root(library, ways=Ways(watch=WatchWay.OFF))], armed=False)
    watcher.check_soon()
    asked.never(lambda: asked.rescans or asked.polls, 0.5)
    assert watcher.status()[0].mode is Mode.OFF
    assert watcher._watchers[0].alive()


def test_a_librarys_own_settle_time_is_heeded(library, watching, asked):
    watching(roots=[a_root(library, ways=Ways(settle_s=1.0))])
    (library / "a.epub").write_bytes(b"book")
    closed_s = time.monotonic()
    asked.wait(lambda: asked.walks)
    assert 0.99 <= time.monotonic() - closed_s < 1.5


def test_a_changed_file_with_rules_has_the_whole_root_looked_over(library, watching, asked):
    (library / "Deep").mkdir()
    watching(library)
    (library / "Deep" / ".nomedia").write_bytes(b"")
    asked.wait_rescan("rules")
    (library / "Deep" / ".nomedia").unlink()
    asked.wait_rescan("rules", count=2)
    assert asked.walks == []


def test_the_first_scan_is_asked_for_once_when_every_root_is_armed(library, tmp_path, watching, asked):
    begun = []
    second = tmp_path / "Second"
    second.mkdir()
    roots = [a_root(library), a_root(second, 2), a_root(tmp_path / "Absent", 3)]
    watcher = watching(
        roots=roots, armed=False, when_armed=lambda: begun.append([status.mode for status in watcher.status()])
    )
    wait_until(lambda: begun, DEADLINE_S)
    assert begun == [[Mode.EVENTS, Mode.EVENTS, Mode.OFF]]
    assert asked.rescans == []  # that scan is of all roots
    (tmp_path / "Absent").mkdir()
    asked.wait_rescan("armed", 3)
    assert len(begun) == 1


def test_a_stopped_watcher_asks_for_nothing_and_can_start_again(library, watching, asked):
    watcher = watching(library)
    assert watcher.stop()
    assert not watcher.alive()
    (library / "a.epub").write_bytes(b"book")
    asked.never(lambda: asked.walks, 0.3)

    watcher.start()

    asked.wait_rescan("armed", count=2)
    (library / "b.epub").write_bytes(b"book")
    asked.wait(lambda: asked.vouched() == {b"b.epub"})


def test_what_an_earlier_start_left_behind_is_stopped_by_the_next(library, watching, asked):
    watcher = watching(library)
    before = watcher._watchers[0]

    watcher.start()

    assert not before.alive()
    asked.wait_rescan("armed", count=2)
    (library / "a.epub").write_bytes(b"book")
    asked.wait(lambda: asked.walks)
    asked.never(lambda: len(asked.walks) > 1, 0.5)


def test_time_of_the_last_event_is_the_wall_clock(library, watching, asked):
    clock = Clock()
    before = clock.now()
    watcher = watching(library)
    (library / "a.epub").write_bytes(b"book")
    asked.wait(lambda: asked.walks)
    assert before <= watcher.status()[0].last_event_at <= clock.now()
