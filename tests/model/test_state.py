"""Every arrow of the state machine, and the tuple that stands for a file's content."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shishod.model.sighting import Sighting, settled
from shishod.model.state import LEGAL, KnownFile, State, judge, unchanged

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SEEN = Sighting(b"a.epub", 10, 1, 2, 3, 0)


def a_known(state: State = State.INDEXED, **changed: object) -> KnownFile:
    known = KnownFile(1, 1, SEEN.path, SEEN.size, SEEN.mtime_ns, SEEN.ctime_ns, SEEN.inode, SEEN.device, state)
    return replace(known, **{"reader": "epub", "parser_version": 1, **changed})


def test_a_file_never_seen_before_is_new() -> None:
    assert judge(None, SEEN, NOW) is State.NEW


def test_nothing_can_be_said_of_a_file_neither_known_nor_seen() -> None:
    with pytest.raises(ValueError, match="memory or a sighting"):
        judge(None, None, NOW)


@pytest.mark.parametrize("state", State)
def test_a_known_file_that_is_not_there_is_missing_whatever_it_was(state: State) -> None:
    assert judge(a_known(state), None, NOW) is State.MISSING


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("field", ["size", "mtime_ns", "ctime_ns", "inode", "device"])
def test_a_known_file_that_differs_in_any_part_is_changed_whatever_it_was(state: State, field: str) -> None:
    assert judge(a_known(state), SEEN._replace(**{field: 99}), NOW) is State.CHANGED


@pytest.mark.parametrize(
    ("before", "version", "after"),
    [
        (State.NEW, 0, State.NEW),
        (State.INDEXED, 1, State.INDEXED),
        (State.STALE, 1, State.STALE),
        (State.CHANGED, 1, State.CHANGED),
        (State.PROCESSING, 1, State.CHANGED),
        (State.PROCESSING, 0, State.CHANGED),
        (State.MISSING, 1, State.INDEXED),
        (State.MISSING, 0, State.CHANGED),
    ],
)
def test_a_file_that_is_as_it_was_keeps_its_state_or_returns_to_it(before: State, version: int, after: State) -> None:
    assert judge(a_known(before, parser_version=version), SEEN, NOW) is after


@pytest.mark.parametrize(
    ("due_in", "after"),
    [
        (None, State.ERROR),
        (timedelta(seconds=1), State.ERROR),
        (timedelta(0), State.CHANGED),
        (-timedelta(1), State.CHANGED),
    ],
)
def test_a_file_in_error_is_tried_again_when_its_retry_is_due_and_not_before(
    due_in: timedelta | None, after: State
) -> None:
    retry_at = None if due_in is None else NOW + due_in

    assert judge(a_known(State.ERROR, retry_at=retry_at), SEEN, NOW) is after


@pytest.mark.parametrize("state", State)
def test_every_verdict_of_judge_is_a_legal_step_from_where_the_file_stood(state: State) -> None:
    looks = [None, SEEN, SEEN._replace(size=99)]
    known = [a_known(state, parser_version=version, retry_at=at) for version in (0, 1) for at in (None, NOW)]

    for after in {judge(one, seen, NOW) for one in known for seen in looks}:
        assert after is state or after in LEGAL[state]


@pytest.mark.parametrize("field", ["inode", "device"])
def test_inode_and_device_say_nothing_where_the_filesystem_does_not_keep_them(field: str) -> None:
    moved = SEEN._replace(**{field: 99})

    assert not unchanged(a_known(), moved)
    assert unchanged(a_known(), moved, stable_inodes=False)
    assert judge(a_known(), moved, NOW, stable_inodes=False) is State.INDEXED


@pytest.mark.parametrize("field", ["size", "mtime_ns", "ctime_ns"])
def test_size_and_times_count_on_every_filesystem(field: str) -> None:
    assert not unchanged(a_known(), SEEN._replace(**{field: 99}), stable_inodes=False)


@pytest.mark.parametrize(
    ("age_ns", "left_alone"),
    [(0, False), (99, False), (100, True), (10**18, True), (-1, True)],
)
def test_a_file_has_settled_when_it_was_left_alone_for_long_enough_or_bears_a_future_time(
    age_ns: int, left_alone: bool
) -> None:
    written = SEEN._replace(mtime_ns=5, ctime_ns=1_000_000)

    assert settled(written, 1_000_000 + age_ns, 100) is left_alone
