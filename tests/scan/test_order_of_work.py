"""What somebody waits for comes first: what was just dropped, then what is new, then what has changed."""

from pathlib import Path

from shishod.model.ticket import Errand, Priority
from tests.samples import an_epub
from tests.scan.house import House


def test_a_scan_reads_what_is_new_before_what_has_changed(house: House, library: Path) -> None:
    for name in "abc":
        an_epub(library / f"{name}.epub", title=name)
    house.scan()
    house.reads()
    for name in "abc":
        an_epub(library / f"{name}.epub", title=f"{name}, written anew")
    for name in "xyz":
        an_epub(library / f"{name}.epub", title=name)
    house.request()
    house.turn(Errand.WALK)
    order: list[str] = []
    house.runner.before = lambda one: order.append(one.seen.path.decode())

    while house.turn(Errand.INSPECT, most=1):
        pass

    assert order == [f"{name}.epub" for name in "xyzabc"]


def test_what_was_just_dropped_comes_before_both(house: House, library: Path) -> None:
    for name in "ab":
        an_epub(library / f"{name}.epub")
    (library / "Dropped").mkdir()
    house.request()
    house.turn(Errand.WALK)
    an_epub(library / "Dropped" / "d.epub")
    house.hint("Dropped", "d.epub")
    house.turn(Errand.WALK)

    first = house.queue.claim([Errand.INSPECT], timeout_s=0)

    assert first is not None
    assert (first.priority, first.load.order.read[0].path) == (Priority.HIGH, b"Dropped/d.epub")
