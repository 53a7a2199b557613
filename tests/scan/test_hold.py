"""A loss that is too large: how it is held, what counts towards its end, and what does not."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shishod.errors import LibraryAbsent
from shishod.model.library import Hold, RootState
from shishod.model.state import State
from shishod.model.tier import Tier
from shishod.scan.reconcile import BURST, EXAMPLES, digest_of, held_on, weigh
from shishod.scan.settings import ScanSettings
from tests.samples import an_epub
from tests.scan.house import House

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = timedelta(days=1)
PATHS = [b"a", b"b"]
STRICT = ScanSettings(settle=timedelta(0), settle_network=timedelta(0), hold_files=2, hold_percent=0)  # type: ignore[arg-type]


@pytest.fixture
def strict(a_house: Callable[..., House], library: Path) -> House:
    """Six books in two folders, of which two may vanish at once."""
    for author in ("Ann", "Bob"):
        (library / author).mkdir()
        for number in range(3):
            an_epub(library / author / f"{number}.epub", title=f"{author} {number}")
    house = a_house(STRICT, books=library)
    house.scan()
    return house


def held(house: House) -> Hold:
    found = house.root().held
    assert found is not None
    return found


def test_a_hold_begins_with_the_set_that_is_gone() -> None:
    assert held_on(None, PATHS, NOON, DAY) == Hold(2, NOON, (b"a", b"b"), digest_of(PATHS), 0, NOON)


@pytest.mark.parametrize(("after", "equal"), [(timedelta(hours=23), 0), (DAY, 1), (3 * DAY, 1)])
def test_the_same_set_counts_when_it_comes_far_enough_after(after: timedelta, equal: int) -> None:
    first = held_on(None, PATHS, NOON, DAY)

    again = held_on(first, PATHS, NOON + after, DAY)

    assert (again.equal, again.since) == (equal, NOON)
    assert again.counted_at == (NOON + after if equal else NOON)


def test_each_scan_that_counts_must_come_so_long_after_the_one_before() -> None:
    one = held_on(held_on(None, PATHS, NOON, DAY), PATHS, NOON + DAY, DAY)

    assert held_on(one, PATHS, NOON + DAY * 1.5, DAY).equal == 1
    assert held_on(one, PATHS, NOON + 2 * DAY, DAY).equal == 2


def test_another_set_begins_the_count_anew_and_is_gone_since_the_first() -> None:
    one = held_on(held_on(None, PATHS, NOON, DAY), PATHS, NOON + DAY, DAY)

    other = held_on(one, [*PATHS, b"c"], NOON + 2 * DAY, DAY)

    assert (other.count, other.equal, other.since, other.counted_at) == (3, 0, NOON, NOON + 2 * DAY)


def test_a_few_examples_stand_for_many() -> None:
    many = [b"%05d" % number for number in range(1000)]

    examples = held_on(None, many, NOON, DAY).examples

    assert len(examples) == EXAMPLES
    assert examples[0] == b"00000"
    assert examples[-1] > b"00900"


def test_a_set_is_the_same_in_any_order_and_no_other_is() -> None:
    assert digest_of([b"a", b"b"]) == digest_of([b"b", b"a"])
    assert len({digest_of(paths) for paths in ([], [b"a"], [b"a", b"b"], [b"ab"])}) == 4


def test_what_was_lost_just_now_counts_with_what_is_lost_now() -> None:
    settings = ScanSettings(hold_files=50, hold_percent=10)

    assert weigh(20, 100, settings, before=30).believed
    assert not weigh(21, 100, settings, before=30).believed
    assert weigh(0, 100, settings, before=500).believed  # nothing is lost by this walk
    assert weigh(60, 100, settings, before=540).believed is False
    assert weigh(10, 910, settings, before=90).believed  # a tenth of those that were there


def test_what_the_watch_reports_piece_by_piece_is_one_loss(strict: House, library: Path) -> None:
    for author in ("Ann", "Bob"):
        for number in range(3):
            (library / author / f"{number}.epub").unlink()
            strict.hint(author)
            strict.work()

    assert list(strict.states().values()).count(State.MISSING) == 2
    assert strict.root().state is RootState.HELD


def test_what_is_lost_slowly_is_believed(strict: House, library: Path) -> None:
    for number in range(3):
        (library / "Ann" / f"{number}.epub").unlink()
        strict.scan()
        strict.clock.wind(BURST.total_seconds())

    assert list(strict.states().values()).count(State.MISSING) == 3
    assert strict.root().state is RootState.ONLINE


def test_a_walk_of_a_part_neither_counts_nor_believes_while_a_loss_is_held(strict: House, library: Path) -> None:
    shutil.rmtree(library / "Bob")
    strict.scan()
    before = held(strict)
    (library / "Ann" / "0.epub").unlink()

    strict.clock.wind(DAY.total_seconds())
    strict.hint("Ann")
    strict.work()

    assert held(strict) == before
    assert set(strict.states().values()) == {State.INDEXED}


@pytest.mark.parametrize("tier", [Tier.QUICK, Tier.FULL])
def test_two_whole_scans_a_day_apart_release_what_is_held(strict: House, library: Path, tier: Tier) -> None:
    shutil.rmtree(library / "Bob")
    assert strict.scan(tier).held == 3
    for equal in (0, 1):
        assert (strict.scan(tier).held, held(strict).equal) == (3, equal)
        strict.clock.wind(DAY.total_seconds())

    assert strict.scan(tier).missing == 3
    assert (strict.root().state, strict.root().held) == (RootState.ONLINE, None)


def test_scans_never_release_where_the_operator_wants_to_be_asked(
    a_house: Callable[..., House], strict: House, library: Path
) -> None:
    house = a_house(STRICT.model_copy(update={"hold_scans": 0}), books=library)
    house.scan()
    shutil.rmtree(library / "Bob")
    for _ in range(4):
        assert house.scan().held == 3
        house.clock.wind(DAY.total_seconds())


def test_what_is_back_ends_the_hold_whoever_sees_it(strict: House, library: Path, tmp_path: Path) -> None:
    (library / "Bob").rename(tmp_path / "Bob")
    strict.scan()
    assert strict.root().state is RootState.HELD
    (tmp_path / "Bob").rename(library / "Bob")

    strict.hint("Bob")  # a walk of this folder alone
    strict.work()

    assert (strict.root().state, strict.root().held) == (RootState.ONLINE, None)
    assert set(strict.states().values()) == {State.INDEXED}


def test_a_part_that_is_back_leaves_a_loss_that_may_be_believed(strict: House, library: Path, tmp_path: Path) -> None:
    (library / "Bob").rename(tmp_path / "Bob")
    strict.scan()
    (library / "Bob").mkdir()
    (tmp_path / "Bob" / "1.epub").rename(library / "Bob" / "1.epub")

    scan = strict.scan()

    assert (scan.missing, strict.root().state) == (2, RootState.ONLINE)


def test_a_root_that_leaves_while_its_loss_is_weighed_is_not_held(strict: House, library: Path, tmp_path: Path) -> None:
    admission = strict.guard.admit(strict.root())
    files = list(strict.files().values())
    shutil.rmtree(library / "Bob")

    def gone(_: object) -> None:
        raise LibraryAbsent("it was unmounted")

    strict.guard.confirm = gone  # type: ignore[method-assign, assignment]
    with pytest.raises(LibraryAbsent):
        strict.reconciler.lost(admission, files, [b"Bob"], whole=True)

    assert (strict.root().held, set(strict.states().values())) == (None, {State.INDEXED})


def test_files_of_a_filesystem_that_is_not_mounted_now_are_not_lost(strict: House, library: Path) -> None:
    admission = strict.guard.admit(strict.root())
    (library / "Bob" / "0.epub").unlink()
    known = strict.files()["Bob/0.epub"]

    assert strict.reconciler.lost(admission, [replace(known, device=77)], []).lost == 0
    assert strict.reconciler.lost(admission, [known], []).lost == 1


def test_what_was_found_elsewhere_since_the_walk_is_not_weighed(strict: House, library: Path) -> None:
    admission = strict.guard.admit(strict.root())
    before = strict.files()
    (library / "Bob").rename(library / "Rob")
    strict.scan()
    assert sorted(strict.files()) == [*(f"Ann/{n}.epub" for n in range(3)), *(f"Rob/{n}.epub" for n in range(3))]

    verdict = strict.reconciler.lost(admission, [before[f"Bob/{n}.epub"] for n in range(3)], [], whole=True)

    assert (verdict.believed, verdict.lost, strict.root().held) == (True, 0, None)
