import threading
from pathlib import Path

import pytest

from shishod.model.book import NameKind
from shishod.scan.cache import ScanCache
from tests.samples import an_epub
from tests.scan.house import House

ANN = (NameKind.PERSON, "ann author")
BOB = (NameKind.PERSON, "bob author")


def test_a_hundred_threads_that_need_one_unknown_name_make_it_once(house: House) -> None:
    cache = ScanCache(house.catalog)
    ready = threading.Barrier(100)
    makers: list[int] = []
    got: list[int] = []

    def need(number: int) -> None:
        ready.wait()
        with cache.hold(1, [ANN]) as held:
            if held.mine:
                makers.append(number)
                held.give({ANN: 7})
            else:
                got.append(held.known[ANN])

    threads = [threading.Thread(target=need, args=(number,)) for number in range(100)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert len(makers) == 1
    assert got == [7] * 99
    assert {"hits": 99, "misses": 1, "size": 1, "person": 1}.items() <= cache.stats().items()


def test_a_batch_that_fails_is_not_remembered_and_the_next_makes_the_name(house: House) -> None:
    cache = ScanCache(house.catalog)
    with pytest.raises(RuntimeError), cache.hold(1, [ANN]) as held:
        held.give({ANN: 7})
        raise RuntimeError("rolled back")

    with cache.hold(1, [ANN]) as held:
        assert (held.known, held.mine) == ({}, frozenset({ANN}))


def test_an_id_is_known_to_others_only_when_its_batch_is_done(house: House) -> None:
    cache = ScanCache(house.catalog)
    seen: list[dict[tuple[NameKind, str], int]] = []
    waiting = threading.Event()

    def other() -> None:
        waiting.set()
        with cache.hold(1, [ANN]) as held:
            seen.append(held.known)

    with cache.hold(1, [ANN]) as held:
        asker = threading.Thread(target=other)
        asker.start()
        waiting.wait()
        held.give({ANN: 7})
        assert seen == []
    asker.join(10)

    assert seen == [{ANN: 7}]


def test_names_of_two_libraries_are_two_names(house: House) -> None:
    cache = ScanCache(house.catalog)
    with cache.hold(1, [ANN]) as held:
        held.give({ANN: 7})

    with cache.hold(2, [ANN]) as held:
        assert held.mine == frozenset({ANN})


def test_two_batches_that_want_the_same_names_in_any_order_never_wait_for_each_other(house: House) -> None:
    cache = ScanCache(house.catalog)

    def need(names: list[tuple[NameKind, str]]) -> None:
        for number in range(200):
            with cache.hold(number, names):
                pass

    threads = [threading.Thread(target=need, args=(names,), daemon=True) for names in ([ANN, BOB], [BOB, ANN]) * 4]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)

    assert not any(one.is_alive() for one in threads)


def test_names_that_the_catalogue_has_are_loaded_once_and_never_made_again(house: House, library: Path) -> None:
    an_epub(library / "a.epub", authors=["Ann Author"])
    house.scan()
    later = ScanCache(house.catalog)

    with later.hold(1, [ANN, BOB]) as held:
        assert set(held.known) == {ANN}
        assert held.mine == frozenset({BOB})
    assert later.stats()["size"] >= 1


def test_a_shelf_of_one_author_asks_the_database_for_her_once(house: House, library: Path) -> None:
    for number in range(10):
        an_epub(library / f"{number}.epub", authors=["Ann Author"], subjects=[])

    house.scan()

    stats = house.cache.stats()
    assert (stats["misses"], stats["size"]) == (1, 1)


def test_a_name_that_the_cache_knows_is_shown_as_a_later_book_spells_it_better(house: House, library: Path) -> None:
    an_epub(library / "1.epub", title="One", authors=["ANN AUTHOR"], series=("the long war", 1))
    house.scan()
    an_epub(library / "2.epub", title="Two", authors=["Ann Author"], series=("The Long War", 2))
    house.scan()
    an_epub(library / "3.epub", title="Three", authors=["ann author"], series=("THE LONG WAR", 3))
    house.scan()

    assert house.cache.stats()["hits"] >= 4, "both names were known"
    assert {tuple(book["authors"]) for book in house.books()} == {("Ann Author",)}
    assert {book["series"][0]["name"] for book in house.books()} == {"The Long War"}


def test_names_are_counted_by_kind_in_the_status_and_at_the_end_of_a_scan(house: House, library: Path) -> None:
    for number in range(3):
        authors = ["Ann Author", f"Author {number}"]
        an_epub(library / f"{number}.epub", authors=authors, subjects=["Space"], series=("S", 1))

    ended = house.scan()

    stats = house.cache.stats()
    assert (stats["person"], stats["genre"], stats["series"], stats["tag"]) == (4, 1, 1, 0)
    assert stats["size"] == sum(stats[kind] for kind in NameKind)
    assert dict(ended.cache) == stats, "the completion line tells the same"
    later = ScanCache(house.catalog)
    with later.hold(1, [ANN]):
        assert later.stats()["person"] == 4, "those that were loaded count too"
