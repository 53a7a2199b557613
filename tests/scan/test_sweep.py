"""What is signed, and when: one Sweep with hand-made tickets on the real catalogue."""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from shishod.model.book import BookKind
from shishod.model.signature import KnownFolder, pack
from shishod.model.ticket import Errand
from shishod.model.tier import Tier
from shishod.scan.claims import Claims
from shishod.scan.lifecycle import WalkOrder
from shishod.scan.order import BookOrder
from shishod.scan.settings import ScanSettings
from shishod.scan.sweep import SIGN_AT, InspectLoad, Sweep
from tests.samples import an_epub
from tests.scan.house import House
from tests.scan.test_plan import known, seen
from tests.waiting import wait_until


def a_sweep(house: House) -> Sweep:
    return Sweep(house.root(), WalkOrder(), house.catalog, house.stop.is_set)


def folders(*paths: str) -> tuple[KnownFolder, ...]:
    return tuple(KnownFolder(path.encode(), 1, 0, pack([])) for path in paths)


def signed(house: House) -> list[str]:
    return sorted(path.decode() for path in house.catalog.folders(house.root().id))


def test_a_folder_is_signed_only_after_its_last_ticket(house: House) -> None:
    sweep = a_sweep(house)
    place = sweep.open(folders("A"), tickets=2, spoiled=False)
    sweep.walked()

    assert not sweep.finished(place, well=True)
    sweep.sign()
    assert signed(house) == []

    assert sweep.finished(place, well=True)
    sweep.sign()
    assert signed(house) == ["A"]


@pytest.mark.parametrize("well", [(True, False), (False, True)])
def test_a_folder_with_one_ticket_that_ended_badly_is_not_signed(house: House, well: tuple[bool, bool]) -> None:
    sweep = a_sweep(house)
    place = sweep.open(folders("A"), tickets=2, spoiled=False)
    sweep.walked()

    assert [sweep.finished(place, well=one) for one in well] == [False, True]
    sweep.sign()
    assert signed(house) == []


def test_a_folder_with_a_file_that_has_not_settled_is_not_signed_and_its_neighbour_is(house: House) -> None:
    sweep = a_sweep(house)
    sweep.open(folders("A"), tickets=0, spoiled=True)
    sweep.open(folders("B"), tickets=0, spoiled=False)

    assert sweep.walked()
    sweep.sign()
    assert signed(house) == ["B"]


@pytest.mark.parametrize("believed", [True, False])
def test_a_gone_folder_is_forgotten_only_when_its_loss_is_believed(house: House, believed: bool) -> None:
    house.catalog.sign(house.root().id, folders("Gone", "Gone/Deep", "Gonerril"))
    sweep = a_sweep(house)
    sweep.lose_folder(b"Gone")
    sweep.walked()
    sweep.vanished = {b"Gone"} if believed else ()

    sweep.sign()

    assert signed(house) == (["Gonerril"] if believed else ["Gone", "Gone/Deep", "Gonerril"])


def test_a_sweep_is_over_only_when_it_has_walked_and_every_book_is_finished(house: House) -> None:
    sweep = a_sweep(house)
    first, second = (sweep.open(folders(name), tickets=1, spoiled=False) for name in "AB")

    assert not sweep.finished(first, well=True), "it still walks"
    assert not sweep.walked(), "a book is still read"
    assert sweep.finished(second, well=True)


def test_a_long_walk_signs_as_it_goes(house: House) -> None:
    sweep = a_sweep(house)
    for number in range(SIGN_AT):
        sweep.open(folders(f"{number:03}"), tickets=0, spoiled=False)

    assert len(signed(house)) == SIGN_AT


def an_order(house: House, key: bytes, *read: str, keep: tuple[str, ...] = ()) -> BookOrder:
    kept = tuple(known(path) for path in keep)
    found = tuple(seen(path)._replace(inode=hash(path)) for path in read)
    return BookOrder(house.root(), key, BookKind.AUDIOBOOK, "", found, kept)


def test_a_ticket_asked_for_twice_serves_both_places_with_the_newer_order(house: House) -> None:
    sweep = a_sweep(house)
    places = [sweep.open((), tickets=1, spoiled=False) for _ in range(2)]
    older, newer = an_order(house, b"A/", "A/1.mp3"), an_order(house, b"A/", "A/1.mp3", "A/2.mp3")

    load = InspectLoad(older, ((places[0], older),)).joined(InspectLoad(newer, ((places[1], newer),)))

    assert load.order is newer
    assert load.places == ((places[0], older), (places[1], newer))


def test_a_place_that_saw_more_than_the_newer_order_is_not_served_by_it(house: House) -> None:
    sweep = a_sweep(house)
    places = [sweep.open((), tickets=1, spoiled=False) for _ in range(3)]
    more, less = an_order(house, b"A/", "A/1.mp3", "A/2.mp3"), an_order(house, b"A/", "A/1.mp3")
    kept = an_order(house, b"A/", "A/1.mp3", keep=("A/2.mp3",))

    load = InspectLoad(more, ((places[0], more),)).joined(InspectLoad(less, ((places[1], less),)))

    assert [load.serves(order) for _, order in load.places] == [False, True]
    assert load.joined(InspectLoad(kept, ((places[2], kept),))).serves(more)


def test_a_file_may_be_in_work_twice_for_one_book_and_never_for_two(house: House) -> None:
    claims = Claims()
    alone, together = an_order(house, b"A/1", "A/1.mp3"), an_order(house, b"A/", "A/1.mp3", "A/2.mp3")

    assert claims.take(alone)
    assert claims.take(alone)
    assert not claims.take(together)
    claims.release(alone)
    assert not claims.take(together)
    claims.release(alone)
    assert claims.take(together)
    assert not claims.take(an_order(house, b"B/", "B/1.mp3", keep=("A/2.mp3",)))


def test_a_refused_claim_leaves_nothing_claimed(house: House) -> None:
    claims = Claims()
    claims.take(an_order(house, b"A/1", "A/1.mp3"))
    claims.take(an_order(house, b"A/", "A/2.mp3", "A/1.mp3"))

    assert claims.take(an_order(house, b"A/2", "A/2.mp3"))


def test_a_second_scan_of_a_tree_waits_until_the_books_of_the_first_are_done(house: House, library: Path) -> None:
    an_epub(library / "a.epub")
    first = house.request(Tier.QUICK)
    house.turn(Errand.WALK)
    second = house.request(Tier.FULL)

    house.clock.wind(1)
    house.turn(Errand.WALK)
    assert [one.id for one in house.scans.active()] == [first.id, second.id]
    assert house.scans.active()[1].folders == 0

    house.turn(Errand.INSPECT)
    house.clock.wind(1)
    house.work()
    assert house.scans.active() == ()
    assert len(house.reads()) == 1


def test_a_stopped_daemon_signs_nothing_that_it_did_not_finish(house: House, library: Path) -> None:
    for number in range(8):
        an_epub(library / f"{number}.epub")
    house.request()
    house.turn(Errand.WALK)
    house.turn(Errand.INSPECT, most=4)
    house.stop.set()

    house.work()

    assert len(house.files()) == 4
    assert not house.catalog.folders(house.root().id)[b""].packed, "the folder is not signed"


def test_files_that_have_not_settled_are_waited_for_by_the_scan_that_found_them(
    a_house: Callable[..., House], library: Path
) -> None:
    house = a_house(settings=ScanSettings(settle=timedelta(milliseconds=50)), books=library)  # type: ignore[arg-type]
    path = an_epub(library / "a.epub", title="Just Copied")

    asked = house.request()
    house.turn(Errand.WALK)
    assert [one.id for one in house.scans.active()] == [asked.id]

    wait_until(lambda: time.time() - path.stat().st_ctime > 0.05)
    house.clock.wind(0.1)
    house.work()
    assert (house.scans.active(), house.titles()) == ((), ["Just Copied"])
