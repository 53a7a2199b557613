import shutil
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from shishod.model.library import RootState
from shishod.model.state import KnownFile, State
from shishod.scan.reconcile import Reconciler, weigh
from shishod.scan.settings import ScanSettings
from tests.samples import an_epub
from tests.scan.house import House

DEFAULT = ScanSettings()


@pytest.mark.parametrize(
    ("lost", "present", "believed", "allowed"),
    [
        (1, 1, True, 50),
        (50, 60, True, 50),
        (51, 60, False, 50),
        (51, 510, True, 51),
        (1000, 10_000, True, 1000),
        (1001, 10_000, False, 1000),
        (10_000, 10_000, False, 1000),
    ],
)
def test_a_loss_is_held_only_beyond_both_limits(lost: int, present: int, believed: bool, allowed: int) -> None:
    verdict = weigh(lost, present, DEFAULT, accepted=False)

    assert (verdict.believed, verdict.lost, verdict.allowed) == (believed, lost, allowed)


def test_an_accepted_loss_is_believed_whatever_its_size() -> None:
    assert weigh(10_000, 10_000, DEFAULT, accepted=True).believed


def test_an_operator_may_have_every_loss_held() -> None:
    assert not weigh(1, 10_000, ScanSettings(hold_files=0, hold_percent=0), accepted=False).believed


@pytest.fixture
def scanned(house: House, library: Path) -> House:
    for path in ("a.epub", "Sub/b.epub", "Sub/Deep/c.epub"):
        (library / path).parent.mkdir(parents=True, exist_ok=True)
        an_epub(library / path)
    house.scan()
    return house


def test_what_is_lost_with_its_folder_is_counted_and_marked_once(scanned: House, library: Path) -> None:
    admission = scanned.guard.admit(scanned.root())
    files = scanned.files()
    shutil.rmtree(library / "Sub")

    verdict = scanned.reconciler.lost(admission, [files["Sub/b.epub"]], [b"Sub", b"Sub/Deep"])

    assert (verdict.believed, verdict.lost) == (True, 2)
    assert scanned.states() == {
        "a.epub": State.INDEXED,
        "Sub/b.epub": State.MISSING,
        "Sub/Deep/c.epub": State.MISSING,
    }


def test_a_held_loss_marks_nothing_and_tells_the_operator_what_to_do(scanned: House, library: Path) -> None:
    strict = ScanSettings(hold_files=1, hold_percent=0, settle=timedelta(0))  # type: ignore[arg-type]
    reconciler = Reconciler(scanned.catalog, scanned.guard, strict, scanned.runner, scanned.clock)
    shutil.rmtree(library / "Sub")

    verdict = reconciler.lost(scanned.guard.admit(scanned.root()), [], [b"Sub"])

    assert not verdict.believed
    assert set(scanned.states().values()) == {State.INDEXED}
    assert scanned.root().state is RootState.HELD
    assert scanned.root().reason.startswith("2 files vanished at once, more than is believed unasked")
    assert "shishoctl accept" in scanned.root().reason


def test_a_loss_that_another_walk_has_noted_meanwhile_is_not_weighed_again(scanned: House, library: Path) -> None:
    limits = ScanSettings(hold_files=3, hold_percent=0, settle=timedelta(0))  # type: ignore[arg-type]
    reconciler = Reconciler(scanned.catalog, scanned.guard, limits, scanned.runner, scanned.clock)
    admission = scanned.guard.admit(scanned.root())
    remembered = [known for path, known in scanned.files().items() if path.startswith("Sub/")]
    shutil.rmtree(library / "Sub")
    assert reconciler.lost(admission, [], [b"Sub"]).believed

    verdict = reconciler.lost(admission, remembered, [])

    assert (verdict.believed, verdict.lost) == (True, 0)
    assert scanned.root().state is RootState.ONLINE


@contextmanager
def meanwhile(house: House, other: Callable[[], object]) -> Iterator[None]:
    """As soon as a loss is weighed, another thread begins to weigh; it is waited for as long as it may need."""
    read, thread = house.catalog.files, threading.Thread(target=other, daemon=True)

    def overtaken(ids: Collection[int]) -> list[KnownFile]:
        rows = list(read(ids))
        house.catalog.files = read  # type: ignore[method-assign]
        thread.start()
        thread.join(0.3)
        return rows

    house.catalog.files = overtaken  # type: ignore[method-assign, assignment]
    yield
    thread.join(10)
    assert not thread.is_alive()


def test_two_walks_that_weigh_one_loss_at_once_do_not_add_it_up(scanned: House, library: Path) -> None:
    limits = ScanSettings(hold_files=3, hold_percent=0, settle=timedelta(0))  # type: ignore[arg-type]
    reconciler = Reconciler(scanned.catalog, scanned.guard, limits, scanned.runner, scanned.clock)
    admission = scanned.guard.admit(scanned.root())
    shutil.rmtree(library / "Sub")

    with meanwhile(scanned, lambda: reconciler.lost(admission, [], [b"Sub"])):
        reconciler.lost(admission, [], [b"Sub"])

    assert scanned.root().state is RootState.ONLINE
    assert sorted(scanned.states().values()) == [State.INDEXED, State.MISSING, State.MISSING]


def test_two_walks_that_weigh_a_part_of_a_loss_each_at_once_add_them_up(scanned: House, library: Path) -> None:
    limits = ScanSettings(hold_files=1, hold_percent=0, settle=timedelta(0))  # type: ignore[arg-type]
    reconciler = Reconciler(scanned.catalog, scanned.guard, limits, scanned.runner, scanned.clock)
    admission = scanned.guard.admit(scanned.root())
    one, other = (known for path, known in scanned.files().items() if path.startswith("Sub/"))
    shutil.rmtree(library / "Sub")

    with meanwhile(scanned, lambda: reconciler.lost(admission, [other], [])):
        reconciler.lost(admission, [one], [])

    assert scanned.root().state is RootState.HELD
    assert sorted(scanned.states().values()) == [State.INDEXED, State.INDEXED, State.MISSING]


def test_what_is_back_by_the_time_it_is_judged_is_not_lost(scanned: House) -> None:
    admission = scanned.guard.admit(scanned.root())

    verdict = scanned.reconciler.lost(admission, list(scanned.files().values()), [b"Sub"])

    assert (verdict.believed, verdict.lost) == (True, 0)
    assert set(scanned.states().values()) == {State.INDEXED}


def test_a_folder_whose_name_begins_like_a_lost_one_is_left_alone(house: House, library: Path) -> None:
    for folder in ("A", "AB"):
        (library / folder).mkdir()
        an_epub(library / folder / "x.epub")
    house.scan()
    shutil.rmtree(library / "A")

    house.reconciler.lost(house.guard.admit(house.root()), [], [b"A"])

    assert house.states() == {"A/x.epub": State.MISSING, "AB/x.epub": State.INDEXED}
