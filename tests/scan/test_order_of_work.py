"""What somebody waits for comes first: what was just dropped, then what is new, then what has changed."""

from pathlib import Path

from shishod.model.ageing import Ages
from shishod.model.ticket import Errand, Priority
from shishod.scan.pauses import please
from shishod.scan.refresh import Nobody, Refresher
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


def test_what_has_grown_old_comes_after_that_and_what_is_done_in_the_pauses_last(house: House, library: Path) -> None:
    an_epub(library / "a.epub", title="a")
    house.scan()
    house.queue.drop(lambda _: True)
    house.queue.request(please(Errand.HASH, 0.0))
    an_epub(library / "a.epub", title="a, written anew")
    an_epub(library / "z.epub", title="z")
    house.request()
    house.turn(Errand.WALK)
    Refresher(house.catalog, house.queue, Nobody(), Ages(), batch=50, gap_s=30, clock=house.clock).request()
    house.queue.request(please(Errand.COVER, 0.0))

    order = [one.errand for one in iter(lambda: house.queue.claim(timeout_s=0), None)]

    assert order == [Errand.INSPECT, Errand.INSPECT, Errand.REFRESH, Errand.COVER, Errand.HASH]
