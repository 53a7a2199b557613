import os
from pathlib import Path

import pytest
from watchdog.observers import inotify_c
from watchdog.observers.inotify_c import InotifyConstants, InotifyEvent, InotifyFD

from shishod.model.library import Follow
from shishod.watch.arming import Arming
from shishod.watch.inbox import Fault, Inbox
from shishod.watch.inotify import MASK, LoudInotify
from shishod.watch.limits import Allowance, Limits
from shishod.watch.settle import Kind
from shishod.watch.sieve import Sieve
from shishod.watch.tap import LEFT_S, MOVES_KEPT, Tap
from tests.waiting import wait_until
from tests.watch.conftest import DEADLINE_S, SUFFIXES


class Watch:
    """One inotify instance with its arming and its tap, as a Sentry puts them together, on a clock wound by hand."""

    def __init__(self, root, granted=1000, **rules):
        sieve = Sieve(os.fsencode(root), SUFFIXES, **rules)
        self.now_s = 0.0
        self.inbox = Inbox()
        self.allowance = Allowance(1.0, lambda: Limits(granted, 128))
        self.inotify = LoudInotify(1, sieve.real, self.inbox, self.allowance, follow=sieve.follows)
        self.arming = Arming(self.inotify, sieve)
        self.tap = Tap(self.inotify, self.arming, sieve, self.inbox, lambda: self.now_s)
        self.inotify.hear = self.tap.hear
        self.inotify.start()

    @property
    def armed(self):
        return self.inotify.tree.armed

    def paths(self):
        """The armed folders."""
        with self.inotify.lock:
            return {folder.path() for folder in self.inotify.tree.walk() if folder.number}

    def held(self):
        return sum(self.allowance._taken.values())

    def end(self):
        self.inotify.stop()
        self.inotify.join()


@pytest.fixture
def watch(library):
    made = []

    def make(granted=1000, **rules):
        made.append(Watch(library, granted, **rules))
        return made[-1]

    yield make
    for one in made:
        one.end()


@pytest.fixture
def arm(watch):
    """Arms the library and returns its watch."""

    def make(granted=1000, **rules):
        one = watch(granted, **rules)
        one.arming.whole()
        return one

    return make


def noted(inbox, *expected):
    """What was put down by the time that all that is expected has come."""
    seen = {}
    while not set(expected) <= seen.keys():
        inbox.wait(DEADLINE_S)
        notes, faults = inbox.take()
        assert notes, (seen, faults)
        seen |= notes
    return seen


def test_a_closed_a_moved_and_a_deleted_file_are_told_apart(arm, library, tmp_path):
    (library / "gone.epub").write_bytes(b"book")
    (tmp_path / "moved.epub").write_bytes(b"book")
    inbox = arm().inbox
    (library / "closed.epub").write_bytes(b"book")
    (tmp_path / "moved.epub").rename(library / "moved.epub")
    (library / "gone.epub").unlink()
    os.link(library / "moved.epub", library / "linked.epub")
    assert noted(inbox, b"linked.epub") == {
        b"closed.epub": Kind.CLOSED,
        b"moved.epub": Kind.MOVED_IN,
        b"gone.epub": Kind.GONE,
        b"linked.epub": Kind.TOUCHED,
    }


def test_a_rename_inside_is_a_departure_and_an_arrival_at_once(arm, library):
    (library / "old.epub").write_bytes(b"book")
    inbox = arm().inbox
    (library / "old.epub").rename(library / "new.epub")
    assert noted(inbox, b"new.epub") == {b"old.epub": Kind.GONE, b"new.epub": Kind.MOVED_IN}


def test_a_file_that_leaves_holds_up_no_news_of_another(arm, library, tmp_path):
    (library / "leaving.epub").write_bytes(b"book")
    inbox = arm().inbox
    (library / "leaving.epub").rename(tmp_path / "left.epub")
    (library / "a.epub").write_bytes(b"book")
    inbox.wait(0.4)  # watchdog's own emitter would wait half a second for the other end of the move
    assert b"leaving.epub" in noted(inbox, b"a.epub")


def test_ignored_folders_cost_no_watch(arm, library):
    for name in ("Book", "Book/@eaDir", "Book/@eaDir/deep", ".git", "Book/Disc 1"):
        (library / name).mkdir()
    assert arm().paths() == {b"", b"Book", b"Book/Disc 1"}


def test_a_folder_renamed_to_a_hidden_name_goes_silent(arm, library):
    (library / "Book").mkdir()
    inbox = arm().inbox
    (library / "Book").rename(library / ".Book")
    (library / ".Book" / "a.epub").write_bytes(b"book")
    (library / "b.epub").write_bytes(b"book")
    assert noted(inbox, b"b.epub").keys() == {b"Book", b"b.epub"}


def test_links_to_folders_are_not_followed(arm, library, tmp_path):
    (library / "loop").symlink_to(library)
    (library / "away").symlink_to(tmp_path)
    assert arm().paths() == {b""}


def test_a_root_that_is_not_there_is_an_error_and_not_silence(arm, library):
    library.rmdir()
    with pytest.raises(FileNotFoundError):
        arm()


@pytest.mark.parametrize(
    "leave", [lambda root: root.rmdir(), lambda root: root.rename(root.with_name("Other"))], ids=["deleted", "renamed"]
)
def test_a_root_that_is_deleted_or_renamed_is_a_fault(arm, library, leave):
    inbox = arm().inbox
    leave(library)
    inbox.wait(DEADLINE_S)
    assert inbox.take() == ({}, {Fault.MOVED})


def test_a_stopped_reader_reports_no_death(watch):
    one = watch()
    one.end()
    assert one.inbox.take() == ({}, set())


def event(mask, number, name=b"", cookie=0, *, folder=False):
    return InotifyEvent(number, mask | (InotifyConstants.IN_ISDIR if folder else 0), cookie, name)


def wait_paths(one, *paths):
    wait_until(lambda: one.paths() == {b"", *paths}, DEADLINE_S, paths)


def test_departures_without_an_arrival_do_not_pile_up(arm, library):
    one = arm(granted=5000)
    for number in range(MOVES_KEPT + 10):
        (library / str(number)).mkdir()
    wait_until(lambda: one.armed == MOVES_KEPT + 11, DEADLINE_S)
    for number in range(MOVES_KEPT + 10):
        one.tap.hear(
            event(InotifyConstants.IN_MOVED_FROM, one.inotify.tree.root.number, b"%d" % number, number + 1, folder=True)
        )
    assert len(one.tap._departed) == MOVES_KEPT
    assert one.armed == MOVES_KEPT + 1


def test_a_folder_that_left_the_root_is_not_listened_to_any_longer(arm, library, tmp_path):
    (library / "Book" / "Disc").mkdir(parents=True)
    one = arm()
    (library / "Book").rename(tmp_path / "Away")
    noted(one.inbox, b"Book")
    one.tap.let_go()
    assert one.armed == 3  # the other end of the rename may still come
    one.now_s += LEFT_S * 2
    one.tap.let_go()
    assert one.paths() == {b""}
    assert one.held() == 1


def test_a_folder_that_left_and_came_back_is_watched_where_it_is(arm, library, tmp_path):
    (library / "Book" / "Disc").mkdir(parents=True)
    one = arm()
    (library / "Book").rename(tmp_path / "Away")
    (tmp_path / "Away").rename(library / "New")
    wait_paths(one, b"New", b"New/Disc")
    (library / "New" / "Disc" / "a.epub").write_bytes(b"book")
    assert b"New/Disc/a.epub" in noted(one.inbox, b"New/Disc/a.epub")
    assert one.held() == 3


def test_a_renamed_folder_keeps_its_watches_and_all_below_it_tell_the_new_path(arm, library):
    (library / "Old" / "A" / "B").mkdir(parents=True)
    one = arm()
    numbers = {folder.number for folder in one.inotify.tree.walk()}
    (library / "Old").rename(library / "New")
    wait_paths(one, b"New", b"New/A", b"New/A/B")
    assert {folder.number for folder in one.inotify.tree.walk()} == numbers
    (library / "New" / "A" / "B" / "a.epub").write_bytes(b"book")
    noted(one.inbox, b"New/A/B/a.epub")


def test_a_folder_hidden_by_its_new_name_gives_its_watches_back_and_shown_again_takes_them(arm, library):
    (library / "Book" / "Disc").mkdir(parents=True)
    one = arm()
    (library / "Book").rename(library / ".Book")
    wait_paths(one)
    assert one.held() == 1
    (library / ".Book").rename(library / "Book")
    wait_paths(one, b"Book", b"Book/Disc")


def test_deleted_folders_give_their_watches_back(arm, library):
    (library / "A" / "B").mkdir(parents=True)
    one = arm()
    (library / "A" / "B").rmdir()
    (library / "A").rmdir()
    wait_paths(one)
    wait_until(lambda: one.held() == 1, DEADLINE_S)
    assert len(one.inotify.tree) == 1


def test_a_folder_made_under_the_name_of_a_deleted_one_is_watched(arm, library):
    (library / "A").mkdir()
    one = arm()
    for _ in range(20):
        (library / "A").rmdir()
        (library / "A").mkdir()
    (library / "A" / "a.epub").write_bytes(b"book")
    noted(one.inbox, b"A/a.epub")
    wait_paths(one, b"A")
    wait_until(lambda: one.held() == 2, DEADLINE_S)


def test_a_folder_renamed_onto_an_empty_one_takes_its_place(arm, library):
    for name in ("A", "B"):
        (library / name).mkdir()
    one = arm()
    (library / "A").rename(library / "B")
    wait_paths(one, b"B")
    (library / "B" / "a.epub").write_bytes(b"book")
    noted(one.inbox, b"B/a.epub")
    wait_until(lambda: one.held() == 2, DEADLINE_S)


def test_where_watches_are_few_the_folders_that_changed_lately_have_them(arm, library):
    for number in range(30):
        (library / f"{number:02}").mkdir()
        os.utime(library / f"{number:02}", (number, number))
    one = arm(granted=11)
    assert one.paths() == {b"", *(b"%02d" % number for number in range(20, 30))}
    assert len(one.inotify.tree) == 31
    assert one.held() == 11


def test_a_busy_folder_is_watched_though_the_one_above_it_is_not(arm, library):
    for number in range(5):
        (library / str(number) / "below").mkdir(parents=True)
        os.utime(library / str(number), (number, number))
        os.utime(library / str(number) / "below", (1000 + number, 1000 + number))
    one = arm(granted=4)
    assert one.paths() == {b"", b"2/below", b"3/below", b"4/below"}
    (library / "3" / "below" / "a.epub").write_bytes(b"book")
    noted(one.inbox, b"3/below/a.epub")


def test_a_new_folder_for_which_there_is_no_watch_is_a_fault_and_its_files_are_told_all_the_same(arm, library):
    one = arm(granted=1)
    (library / "New").mkdir()
    (library / "New" / "a.epub").write_bytes(b"book")
    wait_until(lambda: one.inbox.take()[1] == {Fault.LIMIT}, DEADLINE_S)
    assert (one.armed, len(one.inotify.tree)) == (1, 2)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root; CI runs as root")
def test_a_folder_that_is_there_twice_is_entered_once(arm, library, mounted):
    (library / "A" / "Deep").mkdir(parents=True)
    (library / "B").mkdir()
    mounted("--bind", library / "A", library / "B")
    one = arm()
    assert one.armed == 3
    assert len(one.inotify.tree) == 3


def test_a_librarys_own_lines_pass_folders_and_files_over(arm, library):
    for name in ("Keep", "Samples", "Keep/Samples", "Keep/Drafts"):
        (library / name).mkdir(parents=True)
    one = arm(lines=("Samples/", "/Keep/Drafts", "*.sample.epub"))
    assert one.paths() == {b"", b"Keep"}
    (library / "Keep" / "a.sample.epub").write_bytes(b"book")
    (library / "Keep" / "New" / "Samples").mkdir(parents=True)
    (library / "Keep" / "a.epub").write_bytes(b"book")
    seen = noted(one.inbox, b"Keep/a.epub", b"Keep/New")
    assert b"Keep/a.sample.epub" not in seen
    wait_paths(one, b"Keep", b"Keep/New")


def test_a_file_with_rules_is_told_of(arm, library):
    one = arm()
    (library / ".shishoignore").write_bytes(b"*")
    noted(one.inbox, b".shishoignore")


@pytest.fixture
def linked(library, tmp_path):
    """A library with a link to a folder inside, one to a folder outside, one to itself, and one to nothing."""
    (library / "A" / "Deep").mkdir(parents=True)
    (tmp_path / "Outside" / "Far").mkdir(parents=True)
    (library / "inside").symlink_to(library / "A")
    (library / "outside").symlink_to(tmp_path / "Outside")
    (library / "again").symlink_to(tmp_path / "Outside")
    (library / "A" / "loop").symlink_to(library)
    (library / "dead").symlink_to(tmp_path / "nothing")
    return library


def test_links_are_followed_as_the_walk_follows_them(arm, linked):
    inside = {b"", b"A", b"A/Deep"}
    assert arm(follow=Follow.NONE).paths() == inside
    assert arm(follow=Follow.INSIDE).paths() == inside  # what they lead to is entered without them
    one = arm(follow=Follow.ALL)
    by = b"again" if b"again" in one.paths() else b"outside"
    assert one.paths() == inside | {by, by + b"/Far"}
    assert one.held() == len(one.paths())


def test_a_book_behind_a_followed_link_is_told_by_the_links_path(arm, linked, tmp_path):
    (linked / "again").unlink()
    one = arm(follow=Follow.ALL)
    (tmp_path / "Outside" / "Far" / "a.epub").write_bytes(b"book")
    noted(one.inbox, b"outside/Far/a.epub")


def test_a_link_that_comes_is_entered_and_one_that_goes_is_left(arm, library, tmp_path):
    (tmp_path / "Outside").mkdir()
    (tmp_path / "Outside" / "a.epub").write_bytes(b"book")
    one = arm(follow=Follow.ALL)
    (library / "link").symlink_to(tmp_path / "Outside")
    assert noted(one.inbox, b"link", b"link/a.epub")[b"link"] is Kind.FOLDER
    wait_paths(one, b"link")
    (library / "link").unlink()
    wait_paths(one)
    assert one.held() == 1


def test_our_mask_hears_nothing_of_opening_reading_and_closing_what_was_read():
    heard = InotifyConstants.IN_OPEN | InotifyConstants.IN_ACCESS | InotifyConstants.IN_CLOSE_NOWRITE
    assert MASK & (heard | InotifyConstants.IN_ATTRIB | InotifyConstants.IN_MODIFY) == 0


# What follows holds the names of watchdog that are not its public face. When one fails after an upgrade, read
# watchdog's inotify_c.py before changing shishod/watch/inotify.py.


def test_the_reader_hands_every_event_to_handle_event(arm, library):
    one, seen = arm(), []
    one.inotify.handle_event = seen.append
    (library / "a.epub").write_bytes(b"")
    wait_until(lambda: len(seen) == 2, DEADLINE_S)
    assert seen[-1].is_close_write


def test_a_closed_reader_has_given_its_descriptor_back(arm):
    one = arm()
    path = Path(f"/proc/self/fd/{one.inotify._inotify_fd}")
    assert "inotify" in os.readlink(path)
    one.end()
    assert one.inotify._closed
    assert not path.exists() or "inotify" not in os.readlink(path)


@pytest.mark.parametrize("name", ["handle_event", "run", "close", "should_keep_running"])
def test_the_reader_still_has_what_we_override_and_ask(name):
    assert callable(getattr(InotifyFD, name))


@pytest.mark.parametrize("name", ["inotify_add_watch", "inotify_rm_watch", "WatchDescriptor"])
def test_watchdog_still_has_the_names_that_we_lean_on(name):
    assert hasattr(inotify_c, name)
