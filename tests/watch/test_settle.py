import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shishod.paths import join, parent
from shishod.watch.settings import WatchSettings
from shishod.watch.settle import Kind, Settled, Settler

SETTINGS = WatchSettings()
EPSILON = 1e-9


class Disk:
    """A disk whose files' shapes a test sets by hand."""

    def __init__(self):
        self.shapes = {}

    def write(self, path, size=1):
        self.shapes[path] = (size, size, size)

    def __call__(self, path):
        return self.shapes.get(path)


@pytest.fixture
def disk():
    return Disk()


@pytest.fixture
def settler(disk):
    return Settler(SETTINGS, disk)


def settle_all(settler, until_s=1000.0):
    """What comes due, each with its moment, when one asks exactly when told to."""
    found = []
    while (at := settler.next_due_s()) is not None and at <= until_s:
        found += [(at, settled) for settled in settler.due(at)]
    return found


def test_a_closed_file_is_due_exactly_when_it_has_rested(settler):
    settler.note(b"A/a.epub", Kind.CLOSED, 10.0)
    assert settler.due(10.25 - EPSILON) == []
    assert settler.due(10.25) == [Settled(b"A", frozenset({b"a.epub"}))]
    assert settler.next_due_s() is None


def test_a_file_closed_again_rests_from_the_last_time(settler):
    settler.note(b"a.epub", Kind.CLOSED, 10.0)
    settler.note(b"a.epub", Kind.CLOSED, 10.2)
    assert settle_all(settler) == [(10.45, Settled(b"", frozenset({b"a.epub"})))]


def test_a_file_that_was_moved_in_rests_as_short_as_a_closed_one(settler):
    settler.note(b"a.epub", Kind.MOVED_IN, 10.0)
    assert settle_all(settler)[0][0] == 10.25


def test_a_file_that_only_appeared_must_keep_its_shape(settler, disk):
    disk.write(b"a.epub", 1)
    settler.note(b"a.epub", Kind.TOUCHED, 10.0)
    assert settler.due(10.0) == []
    disk.write(b"a.epub", 2)
    assert settler.due(13.0) == []
    assert settle_all(settler) == [(16.0, Settled(b"", frozenset({b"a.epub"})))]


def test_a_file_that_never_stops_growing_is_never_vouched_for_and_is_shown(settler, disk):
    disk.write(b"a.epub", 0)
    settler.note(b"a.epub", Kind.TOUCHED, 0.0)
    for turn in range(100):
        disk.write(b"a.epub", turn)
        assert settler.due(turn * 1.0) == []
    assert [(growing.path, growing.since_s) for growing in settler.waiting(99.0, 60.0)] == [(b"a.epub", 0.0)]
    assert settler.waiting(99.0, 100.0) == ()


def test_a_file_that_vanishes_while_it_is_waited_for_makes_its_folder_worth_a_walk(settler):
    settler.note(b"A/a.epub", Kind.TOUCHED, 10.0)
    assert settle_all(settler) == [(10.0 + SETTINGS.settle_gone, Settled(b"A", frozenset()))]


def test_a_file_deleted_and_made_again_at_once_is_one_change(settler):
    settler.note(b"a.epub", Kind.GONE, 10.0)
    settler.note(b"a.epub", Kind.CLOSED, 10.1)
    assert settle_all(settler) == [(10.35, Settled(b"", frozenset({b"a.epub"})))]


def test_a_file_that_is_saved_by_deleting_it_first_is_never_gone(settler):
    settler.note(b"a.epub", Kind.GONE, 10.0)
    assert settle_all(settler, 14.9) == []
    settler.note(b"a.epub", Kind.CLOSED, 14.9)
    assert settle_all(settler) == [(15.15, Settled(b"", frozenset({b"a.epub"})))]


def test_nothing_waits_for_a_file_that_is_gone(settler):
    settler.note(b"A/old.epub", Kind.GONE, 10.0)
    settler.note(b"A/new.epub", Kind.MOVED_IN, 10.0)
    assert settle_all(settler) == [
        (10.25, Settled(b"A", frozenset({b"new.epub"}))),
        (15.0, Settled(b"A", frozenset())),
    ]


def test_a_folder_that_came_or_went_is_a_change_of_its_parent(settler):
    settler.note(b"A/B", Kind.FOLDER, 10.0)
    assert settle_all(settler) == [(10.25, Settled(b"A", frozenset()))]


def test_the_tracks_of_a_folder_go_together_once_it_is_quiet(settler):
    for track in range(60):
        settler.note(b"A/%d.mp3" % track, Kind.CLOSED, 10.0 + track * 0.1)
    assert settle_all(settler) == [(pytest.approx(16.9), Settled(b"A", frozenset(b"%d.mp3" % n for n in range(60))))]


def test_tracks_that_come_slowly_one_after_the_other_are_walked_few_times(settler, disk):
    found = []
    for track in range(60):  # five seconds each, the next begun as soon as the one before is closed
        path, begun_s = b"A/%d.mp3" % track, track * 5.0
        settler.note(path, Kind.TOUCHED, begun_s)
        for second in range(5):
            disk.write(path, second)
            found += settle_all(settler, begun_s + second)
        settler.note(path, Kind.CLOSED, begun_s + 5.0)
    found += settle_all(settler)
    assert frozenset().union(*(settled.names for _, settled in found)) == {b"%d.mp3" % n for n in range(60)}
    assert len(found) <= 31


def test_a_steady_stream_into_a_folder_cannot_keep_back_a_file_that_rests(settler):
    found = []
    for turn in range(400):
        settler.note(b"A/%d.mp3" % turn, Kind.CLOSED, turn * 0.1)
        found += settle_all(settler, turn * 0.1)
    assert b"0.mp3" in found[0][1].names
    assert found[0][0] == pytest.approx(0.25 + SETTINGS.max_wait, abs=0.15)


def test_one_folder_does_not_wait_for_another(settler, disk):
    disk.write(b"B/growing.mp3")
    settler.note(b"B/growing.mp3", Kind.TOUCHED, 10.0)
    settler.note(b"A/a.epub", Kind.CLOSED, 10.0)
    assert settle_all(settler, 11.0) == [(10.25, Settled(b"A", frozenset({b"a.epub"})))]


def test_more_than_it_can_hold_is_refused_and_not_forgotten_in_silence(disk):
    settler = Settler(SETTINGS, disk, limit=2)
    assert settler.note(b"a.epub", Kind.CLOSED, 1.0)
    assert settler.note(b"b.epub", Kind.CLOSED, 1.0)
    assert not settler.note(b"c.epub", Kind.CLOSED, 1.0)
    assert settler.note(b"a.epub", Kind.CLOSED, 1.0)
    settle_all(settler)
    assert settler.note(b"c.epub", Kind.CLOSED, 9.0)


PATHS = st.sampled_from([join(folder, name) for folder in (b"", b"A", b"A/B") for name in (b"1", b"2", b"3")])
NOTES = st.lists(st.tuples(st.floats(0.0, 4.0), PATHS, st.sampled_from(Kind)), min_size=1, max_size=40)


def play(notes):
    """Live through the notes: each one that says so changes the file. Returns what came due and the last notes."""
    disk, now_s, found, last = Disk(), 0.0, [], {}
    settler = Settler(SETTINGS, disk)
    for step, (after_s, path, kind) in enumerate(notes):
        now_s += after_s
        found += settle_all(settler, now_s)
        if kind is Kind.GONE:
            disk.shapes.pop(path, None)
        elif kind is not Kind.FOLDER:
            disk.write(path, step)
        settler.note(path, kind, now_s)
        last[path] = (now_s, kind)
    return found + settle_all(settler), last, settler


@given(NOTES)
def test_nothing_that_was_noted_is_ever_lost(notes):
    found, last, settler = play(notes)
    for path, (at_s, kind) in last.items():
        walks = [settled for due_s, settled in found if settled.folder == parent(path) and due_s >= at_s]
        assert walks
        if kind not in (Kind.GONE, Kind.FOLDER):
            assert any(path == join(settled.folder, name) for settled in walks for name in settled.names)
    assert settler.next_due_s() is None
    assert settler.waiting(math.inf) == ()


@given(NOTES)
def test_what_rests_is_told_within_a_bounded_time(notes):
    found, last, _ = play(notes)
    longest_s = SETTINGS.settle_quiet + SETTINGS.max_wait
    for path, (at_s, _kind) in last.items():
        first_s = min(due_s for due_s, settled in found if settled.folder == parent(path) and due_s >= at_s)
        assert first_s <= at_s + longest_s + EPSILON


@given(NOTES)
def test_no_file_is_vouched_for_before_it_has_rested(notes):
    found, _, _ = play(notes)
    times, now_s = {}, 0.0
    for after_s, path, _kind in notes:
        now_s += after_s
        times.setdefault(path, []).append(now_s)
    for due_s, settled in found:
        for name in settled.names:
            latest_s = max(at_s for at_s in times[join(settled.folder, name)] if at_s < due_s)
            assert due_s - latest_s >= SETTINGS.settle - EPSILON
