"""Where names leave it open, tags decide which files are one book: cases by name, and in whatever order they come."""

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from shishod.model.book import Contribution, Identifier, Technical
from shishod.model.metadata import Reading
from shishod.model.sighting import Sighting
from shishod.model.state import KnownFile
from shishod.model.tier import Tier
from shishod.scan.group import Group, group
from shishod.scan.tags import JOINED, NO_QUESTION, PARTED, Question, Tells, question_of, tells_of
from tests.samples import an_epub, an_m4b, an_mp3
from tests.scan.house import House
from tests.scan.test_grouping import catalogued, is_as_one_scan_of_all

ANN = frozenset({"ann author"})


def a_track(album: str, track: int, *, minutes: int = 20, ids: Iterable[str] = (), by: frozenset[str] = ANN) -> Tells:
    return Tells(album, by, album, (0, track), frozenset(ids), minutes * 60_000)


def a_work(title: str, by: frozenset[str] = ANN) -> Tells:
    return Tells(title, by)


def grouped(told: Mapping[str, Tells | None]) -> tuple[Group, ...]:
    seen = [Sighting(os.fsencode(f"F/{name}"), 1, 1, 1, 1, 0) for name in told]
    return group(b"F", seen, tells={os.fsencode(f"F/{name}"): one for name, one in told.items() if one is not None})


def books(told: Mapping[str, Tells | None]) -> list[list[str]]:
    return sorted(sorted(os.fsdecode(seen.path)[2:] for seen in one.files) for one in grouped(told))


CASES: dict[str, tuple[Mapping[str, Tells | None], list[list[str]]]] = {
    "one album whose files bear the chapters' names": (
        {"Arrakis.mp3": a_track("dune", 1), "Caladan.mp3": a_track("dune", 2), "Emma.mp3": a_track("emma", 1)},
        [["Arrakis.mp3", "Caladan.mp3"], ["Emma.mp3"]],
    ),
    "two albums in one run of numbers": (
        {
            **{f"0{number} - a.mp3": a_track("dune", number) for number in (1, 2)},
            **{f"0{number} - b.mp3": a_track("emma", number) for number in (3, 4)},
        },
        [["01 - a.mp3", "02 - a.mp3"], ["03 - b.mp3", "04 - b.mp3"]],
    ),
    "a series of whole books that are numbered": (
        {
            f"0{number} - Part {number}.mp3": a_track(f"saga {name}", 1, minutes=400)
            for number, name in ((1, "a"), (2, "b"))
        },
        [["01 - Part 1.mp3"], ["02 - Part 2.mp3"]],
    ),
    "whole books that are short and have an ASIN each": (
        {f"0{number}.mp3": a_track(f"tale {number}", 1, minutes=9, ids=[f"B0ABCDEFG{number}"]) for number in (1, 2)},
        [["01.mp3"], ["02.mp3"]],
    ),
    "chapters that are called albums": (
        {f"0{number}.mp3": a_track(f"chapter of {number}", 1, minutes=9) for number in (1, 2, 3)},
        [["01.mp3", "02.mp3", "03.mp3"]],
    ),
    "a run of which one says nothing": (
        {"01.mp3": a_track("dune", 1), "02.mp3": a_track("emma", 2), "03.mp3": None},
        [["01.mp3", "02.mp3", "03.mp3"]],
    ),
    "whole books of a series whose album is the series": (
        {"Emma.mp3": a_track("austen", 1, minutes=600), "Persuasion.mp3": a_track("austen", 2, minutes=600)},
        [["Emma.mp3"], ["Persuasion.mp3"]],
    ),
    "long parts of one ASIN": (
        {name: a_track("dune", at, minutes=600, ids=["B0ABCDEFGH"]) for at, name in enumerate(("a.mp3", "b.mp3"), 1)},
        [["a.mp3", "b.mp3"]],
    ),
    "one album of two authors": (
        {"a.mp3": a_track("best of", 1), "b.mp3": a_track("best of", 2, by=frozenset({"ben writer"}))},
        [["a.mp3"], ["b.mp3"]],
    ),
    "two files for one track": ({"a.mp3": a_track("dune", 1), "b.mp3": a_track("dune", 1)}, [["a.mp3"], ["b.mp3"]]),
    "formats of one work that are named otherwise": (
        {"herbert_dune.epub": a_work("dune"), "DUNE retail copy.mobi": a_work("dune")},
        [["DUNE retail copy.mobi", "herbert_dune.epub"]],
    ),
    "formats of one title by others": (
        {"x.epub": a_work("dune"), "y.mobi": a_work("dune", frozenset({"ben writer"}))},
        [["x.epub"], ["y.mobi"]],
    ),
    "formats that tell a title and nobody": (
        {"x.epub": a_work("dune", frozenset()), "y.mobi": a_work("dune", frozenset())},
        [["x.epub"], ["y.mobi"]],
    ),
    "formats with placeholder titles": (
        {"x.epub": a_work("untitled"), "y.mobi": a_work("untitled")},
        [["x.epub"], ["y.mobi"]],
    ),
    "two of one format that tell one work": (
        {"x.epub": a_work("dune"), "y.epub": a_work("dune")},
        [["x.epub"], ["y.epub"]],
    ),
    "formats whose names tell two places in a series": (
        {"Salt Roads 01 - One.epub": a_work("salt roads"), "Salt Roads 02 - Two.mobi": a_work("salt roads")},
        [["Salt Roads 01 - One.epub"], ["Salt Roads 02 - Two.mobi"]],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_names_leave_open_tags_decide(name: str) -> None:
    told, meant = CASES[name]

    assert books(told) == meant


def test_the_rule_names_the_tags() -> None:
    told, _ = CASES["one album whose files bear the chapters' names"]
    assert [one.rule for one in grouped(told)] == [JOINED, "a file of its own is a book"]
    told, _ = CASES["two albums in one run of numbers"]
    assert [one.rule for one in grouped(told)] == [PARTED, PARTED]


NAMES = ("01", "02 - a", "03", "Dune", "Emma", "Dune part 1", "Dune part 2", "dune", "x")
FILES = some.builds("{}{}".format, some.sampled_from(NAMES), some.sampled_from((".mp3", ".m4b", ".epub", ".mobi")))
TOLD = some.none() | some.builds(
    a_track, some.sampled_from(("dune", "emma", "dune/saga")), some.integers(1, 3), minutes=some.sampled_from((9, 600))
)


@given(some.dictionaries(FILES, TOLD, max_size=9), some.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_order_of_files_makes_other_books_of_what_they_tell(told: dict[str, Tells | None], luck: Any) -> None:
    shuffled = list(told.items())
    luck.shuffle(shuffled)

    made = grouped(told)

    assert grouped(dict(shuffled)) == made
    assert len({one.key for one in made}) == len(made)
    assert sorted(seen.path for one in made for seen in one.files) == sorted(os.fsencode(f"F/{name}") for name in told)


@pytest.mark.parametrize(
    ("names", "question"),
    [
        (["F/a.epub", "F/b.epub"], NO_QUESTION),
        (["F/a.epub", "F/a.mobi", "F/cover.jpg"], NO_QUESTION),
        (["F/a.cbz", "F/b.cbr"], NO_QUESTION),
        (["F/a.mkv", "F/b.avi"], NO_QUESTION),
        (["F/a.epub", "F/b.mobi"], Question(formats=True)),
        (["F/01.mp3", "F/02.mp3"], Question(sound=True)),
    ],
)
def test_of_most_places_nothing_is_asked(names: list[str], question: Question) -> None:
    assert question_of(Sighting(name.encode(), 1, 1, 1, 1, 0) for name in names) == question


def test_a_track_tells_its_album_and_a_whole_book_none() -> None:
    track = Reading(title="Dune (Disc 2)", part_title="Arrakis", disc=2, track=7, technical=Technical(duration_ms=9))
    whole = Reading(
        title="Dune", contributions=(Contribution("Ann Author"),), identifiers=(Identifier("asin", "B0ABCDEFGH"),)
    )

    assert tells_of(track) == Tells("dune (disc 2)", frozenset(), "dune", (2, 7), frozenset(), 9)
    assert tells_of(whole) == Tells("dune", ANN, ids=frozenset({"B0ABCDEFGH"}))


ARRIVING: dict[str, dict[str, Any]] = {
    "F/Arrakis.mp3": {"album": "Dune", "track": 1},
    "F/Caladan.mp3": {"album": "Dune", "track": 2},
    "F/Highbury.mp3": {"album": "Emma", "track": 1},
    "F/x.epub": {"title": "Saga"},
    "F/y.m4b": {"title": "Saga"},
    "G/01.mp3": {"album": "Dune", "track": 1, "title": "One"},
    "G/02.mp3": {"album": "Dune", "track": 2, "title": "Two"},
    "G/03.mp3": {"album": "Emma", "track": 1, "title": "Three"},
    "G/04.mp3": {"album": "Emma", "track": 2, "title": "Four"},
}
MAKERS = {".mp3": an_mp3, ".m4b": an_m4b, ".epub": an_epub}


def arrive(library: Path, name: str, **otherwise: Any) -> None:
    file = library / name
    file.parent.mkdir(parents=True, exist_ok=True)
    MAKERS[file.suffix](file, **ARRIVING[name] | otherwise)


def test_a_scan_tells_what_tags_decide_and_the_next_changes_nothing(tmp_path: Path) -> None:
    library = tmp_path / "Books"
    house = House(tmp_path / "house", {"books": library})
    for name in ARRIVING:
        arrive(library, name)
    try:
        house.scan()
        told = catalogued(house)
        house.scan()

        made = sorted(sorted(path for path, *_ in files) for *_, files in told)
        assert made == [
            ["/F/Arrakis.mp3", "/F/Caladan.mp3"], ["/F/Highbury.mp3"], ["/F/x.epub", "/F/y.m4b"],
            ["/G/01.mp3", "/G/02.mp3"], ["/G/03.mp3", "/G/04.mp3"],
        ]  # fmt: skip
        assert catalogued(house) == told
    finally:
        house.close()


RETAGGED: dict[str, tuple[dict[str, dict[str, Any]], list[list[str]]]] = {
    "two albums of a run that become one": (
        {"G/03.mp3": {"album": "Dune", "track": 3}, "G/04.mp3": {"album": "Dune", "track": 4}},
        [["/G/01.mp3", "/G/02.mp3", "/G/03.mp3", "/G/04.mp3"]],
    ),
    "a loose file that joins an album": (
        {"F/Highbury.mp3": {"album": "Dune", "track": 3}}, [["/F/Arrakis.mp3", "/F/Caladan.mp3", "/F/Highbury.mp3"]],
    ),
    "all tracks of an album that go apart": (
        {"F/Arrakis.mp3": {"album": "Ix"}, "F/Caladan.mp3": {"album": "Caladan"}},
        [["/F/Arrakis.mp3"], ["/F/Caladan.mp3"]],
    ),
    "two formats that become two works": (
        {"F/x.epub": {"title": "", "authors": ()}}, [["/F/x.epub"], ["/F/y.m4b"]],
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", RETAGGED)
def test_files_that_tell_something_else_are_the_books_of_a_fresh_scan(tmp_path: Path, what: str) -> None:
    library, (otherwise, meant) = tmp_path / "Books", RETAGGED[what]
    house = House(tmp_path / "house", {"books": library})
    for name in ARRIVING:
        arrive(library, name)
    house.scan()
    for name, words in otherwise.items():
        arrive(library, name, **words)
    house.scan(Tier.QUICK)
    made = [sorted(path for path, *_ in files) for *_, files in catalogued(house)]
    is_as_one_scan_of_all(house, tmp_path / "fresh", library)
    assert [files for files in meant if files not in made] == []


ARRIVALS = some.tuples(some.sampled_from(list(ARRIVING)), some.sampled_from((None, "Dune", "Emma", "Saga")))


@given(some.lists(ARRIVALS, min_size=2, max_size=7), some.lists(some.booleans(), min_size=7, max_size=7))
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_tagged_files_that_arrive_in_any_order_are_the_books_of_one_scan_of_all(
    tmp_path_factory: pytest.TempPathFactory, names: list[tuple[str, str | None]], looked: list[bool]
) -> None:
    place = tmp_path_factory.mktemp("arrivals")
    library = place / "Books"
    library.mkdir()
    piecemeal = House(place / "one", {"books": library})
    for (name, album), look in zip(names, looked, strict=False):
        field = "album" if name.endswith(".mp3") else "title"
        arrive(library, name, **{field: album} if album else {})
        if look:
            piecemeal.scan(Tier.QUICK)
    piecemeal.scan()
    is_as_one_scan_of_all(piecemeal, place / "other", library)


def test_what_a_file_tells_is_known_though_it_went_to_another_book_meanwhile(
    house: House, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, track in (("Arrakis.mp3", 1), ("Caladan.mp3", 2), ("Highbury.mp3", 1)):
        an_mp3(library / name, album="Dune", title=name, track=track)  # two first tracks: no album is made of them
    house.scan()
    before, files_in, stale = catalogued(house), house.catalog.files_in, [True]

    def as_it_was(root_id: int, folders: Collection[bytes]) -> list[KnownFile]:
        found, late = files_in(root_id, folders), bool(stale and stale.pop())
        of = {one.path: one.book_id for one in found}
        return [
            replace(one, book_id=of[b"Caladan.mp3"]) if late and one.path == b"Arrakis.mp3" else one for one in found
        ]

    monkeypatch.setattr(house.catalog, "files_in", as_it_was)
    house.catalog.reopen([(house.root().id, b"")])  # so that it is looked at
    house.scan(Tier.FULL)

    assert not stale
    assert [one for one in catalogued(house) if one[-1]] == before
