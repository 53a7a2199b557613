from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shishod.model.library import LibraryKind, Root
from shishod.model.sighting import Sighting
from shishod.model.signature import KnownFolder, pack
from shishod.model.state import LAID_ASIDE, KnownFile, State
from shishod.paths import parent
from shishod.scan.moves import Traces
from shishod.scan.plan import NO_TRACES, Judgement, Plan, plan
from shishod.scan.survey import ACTS_ON
from shishod.scan.walk import Neighbourhood

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
ROOT = Root(1, 1, "books", LibraryKind.MIXED, b"/books")


def seen(path: str, size: int = 1) -> Sighting:
    return Sighting(path.encode(), size, 1, 1, 1, 0)


def known(path: str, book_id: int | None = 1, state: State = State.INDEXED, **changed: object) -> KnownFile:
    number = sum(path.encode()) * 100 + len(path)
    before = KnownFile(number, book_id, path.encode(), 1, 1, 1, 1, 0, state, "mp3", 1)
    return replace(before, **changed)  # type: ignore[arg-type]


def planned(
    sightings: Iterable[Sighting],
    memory: Iterable[KnownFile],
    *,
    listed: Iterable[str] = ("Dune",),
    settled: Callable[[Sighting], bool] = lambda _: True,
    version: int = 1,
    reread: bool = False,
    bereaved: Iterable[int] = (),
    grounds: Mapping[int, tuple[bytes, str]] = NO_TRACES.grounds,
) -> Plan:
    folders = tuple(KnownFolder(path.encode(), 1, 0, pack([])) for path in listed)
    how = Judgement(NOW, ACTS_ON, True, lambda _: version, settled, lambda _: reread)
    place = Neighbourhood(b"Dune", folders, (), tuple(sightings))
    return plan(ROOT, place, list(memory), how, set(bereaved), traces=Traces(grounds=grounds))


def names(files: Iterable[Sighting | KnownFile]) -> list[str]:
    return sorted(one.path.decode().removeprefix("Dune/") for one in files)


def test_a_new_file_is_a_new_book_to_be_read() -> None:
    made = planned([seen("Dune/a.epub")], [])

    (order,) = made.orders
    assert (order.key, order.book_id, names(order.read), order.keep) == (b"Dune/a", None, ["a.epub"], ())


@pytest.mark.parametrize(
    "names",
    [["a.epub"], ["01.mp3", "02.mp3", "cover.jpg"], ["b.epub", "a.pdf", "a.opf", "notes.nfo"], ["a.txt", "01.mp3"],
     ["Part One.m4b", "Part Two.m4b"], ["growing.epub"], ["growing.epub", "a.epub", "cover.jpg"], ["cover.jpg"], []],
)  # fmt: skip
def test_a_place_that_is_new_is_planned_as_if_something_were_known_elsewhere(names: list[str]) -> None:
    files = [seen(f"Dune/{name}") for name in names]

    def settled(one: Sighting) -> bool:
        return b"growing" not in one.path

    made = planned(files, [], settled=settled)

    beside = planned(files, [known("Elsewhere/x.epub")], settled=settled)
    assert (made, made.groups, made.states) == (beside, beside.groups, beside.states)


def test_what_is_as_it_was_asks_for_nothing_and_is_counted() -> None:
    made = planned([seen("Dune/a.epub"), seen("Dune/b.epub")], [known("Dune/a.epub", 1), known("Dune/b.epub", 2)])

    assert made == Plan(unchanged=2)


def test_a_changed_track_is_read_alone_and_the_others_of_its_book_are_kept() -> None:
    tracks = ["Dune/01.mp3", "Dune/02.mp3", "Dune/03.mp3"]

    made = planned([seen(tracks[0]), seen(tracks[1], size=2), seen(tracks[2])], map(known, tracks))

    (order,) = made.orders
    assert (order.book_id, names(order.read), names(order.keep)) == (1, ["02.mp3"], ["01.mp3", "03.mp3"])
    assert made.unchanged == 2


def test_a_file_is_missing_only_where_its_folder_was_listed() -> None:
    memory = [known("Dune/a.epub"), known("Dune/CD 1/01.mp3", 2), known("Dune/CD 2/01.mp3", 2)]

    made = planned([], memory, listed=("Dune", "Dune/CD 1"))

    assert names(made.missing) == ["CD 1/01.mp3", "a.epub"]


def test_what_is_missing_already_is_not_missed_again() -> None:
    assert planned([], [known("Dune/a.epub", state=State.MISSING)]).missing == []


def test_a_missing_file_that_comes_back_as_it_was_is_not_read() -> None:
    made = planned([seen("Dune/a.epub")], [known("Dune/a.epub", state=State.MISSING)])

    assert (names(made.returned), made.orders, made.unchanged) == (["a.epub"], [], 0)


def test_a_missing_file_that_comes_back_different_is_read() -> None:
    made = planned([seen("Dune/a.epub", size=2)], [known("Dune/a.epub", state=State.MISSING)])

    assert names(made.orders[0].read) == ["a.epub"]
    assert made.returned == []


@pytest.mark.parametrize("state", [State.MISSING, State.INDEXED])
def test_a_track_that_comes_back_to_a_book_that_went_on_without_it_has_it_merged_anew(state: State) -> None:
    tracks = [known("Dune/01.mp3"), known("Dune/02.mp3", state=state, position=LAID_ASIDE)]

    (order,) = planned([seen("Dune/01.mp3"), seen("Dune/02.mp3")], tracks).orders

    assert (order.read, names(order.keep)) == ((), ["01.mp3", "02.mp3"])


def test_a_file_that_is_still_written_is_left_out_and_looked_at_again() -> None:
    made = planned([seen("Dune/a.epub"), seen("Dune/b.epub")], [], settled=lambda one: one.path != b"Dune/a.epub")

    assert names(made.unsettled) == ["a.epub"]
    assert [order.key for order in made.orders] == [b"Dune/b"]


def test_a_known_file_that_is_being_rewritten_stays_what_it_was_until_it_has_settled() -> None:
    made = planned([seen("Dune/a.epub", size=2)], [known("Dune/a.epub")], settled=lambda _: False)

    assert (names(made.unsettled), made.orders, made.missing) == (["a.epub"], [], [])


def test_the_book_of_a_missing_track_is_merged_again_once_the_loss_is_believed() -> None:
    tracks = [known(f"Dune/0{number}.mp3") for number in (1, 2, 3)]
    sightings = [seen("Dune/02.mp3"), seen("Dune/03.mp3")]

    assert planned(sightings, tracks).orders == [], "it is not believed yet"
    believed = [replace(tracks[0], state=State.MISSING), *tracks[1:]]
    (order,) = planned(sightings, believed, bereaved={1}).orders

    assert (order.book_id, order.read) == (1, ())
    assert names(order.keep) == ["02.mp3", "03.mp3"]


SOUND = "numbered sound in one folder is one book"


@pytest.mark.parametrize("was", [(b"Dune/", "sound in disc folders is one book"), (b"Dune//track", SOUND)])
def test_a_book_whose_files_stay_is_merged_anew_when_it_is_one_for_another_reason_or_by_another_name(
    was: tuple[bytes, str],
) -> None:
    tracks = ["Dune/01.mp3", "Dune/02.mp3"]

    assert planned(map(seen, tracks), map(known, tracks), grounds={1: (b"Dune/", SOUND)}).orders == []
    (order,) = planned(map(seen, tracks), map(known, tracks), grounds={1: was}).orders

    assert (order.book_id, order.key, order.rule, order.read) == (1, b"Dune/", SOUND, ())


def test_a_book_is_none_for_another_reason_while_a_file_is_yet_to_be_missed() -> None:
    memory = map(known, ["Dune/01.mp3", "Dune/02.mp3"])

    made = planned([seen("Dune/01.mp3")], memory, grounds={1: (b"Dune/", SOUND)})

    assert (names(made.missing), made.orders) == (["02.mp3"], [])


def test_a_book_that_nothing_can_be_read_of_is_not_merged_for_its_reason() -> None:
    broken = [known("Dune/01.mp3", state=State.ERROR)]

    assert planned([seen("Dune/01.mp3")], broken, grounds={1: (b"Dune/", SOUND)}).orders == []


def test_files_grouped_anew_keep_the_book_that_most_of_them_were() -> None:
    tracks = [known("Dune/01.mp3", 7), known("Dune/02.mp3", 8), known("Dune/03.mp3", 8)]

    (order,) = planned([seen(f"Dune/0{number}.mp3") for number in (1, 2, 3)], tracks).orders

    assert (order.book_id, order.absorbs) == (8, (7,))
    assert names(order.keep) == ["01.mp3", "02.mp3", "03.mp3"]


def test_a_book_that_falls_apart_stays_with_its_largest_part_and_the_rest_is_new() -> None:
    stems = ["Alpha", "Beta", "Gamma"]
    memory = [known(f"Dune/{stem}.epub", 1) for stem in stems] + [known("Dune/Beta.m4b", 1)]

    made = planned([seen(f"Dune/{stem}.epub") for stem in stems] + [seen("Dune/Beta.m4b")], memory)

    kept = {order.key: order.book_id for order in made.orders}
    assert kept == {b"Dune/Alpha": None, b"Dune/Beta": 1, b"Dune/Gamma": None}
    assert made.unchanged == 4 and not any(order.read for order in made.orders), (
        "all is known, but said of another book"
    )


def test_two_groups_never_claim_one_book() -> None:
    memory = [known("Dune/a.epub", 1), known("Dune/b.epub", 1)]

    made = planned([seen("Dune/a.epub", 2), seen("Dune/b.epub", 2)], memory)

    assert sorted(str(order.book_id) for order in made.orders) == ["1", "None"]


@pytest.mark.parametrize("state", [State.INDEXED, State.STALE, State.ERROR])
def test_a_newer_reader_reads_again_what_an_older_one_read_or_could_not(state: State) -> None:
    made = planned([seen("Dune/a.epub")], [known("Dune/a.epub", state=state)], version=2)

    assert names(made.orders[0].read) == ["a.epub"]


def test_an_older_reader_than_the_one_that_read_it_leaves_a_file_alone() -> None:
    assert planned([seen("Dune/a.epub")], [known("Dune/a.epub", parser_version=2)], version=1).orders == []


def test_a_broken_file_is_tried_again_when_it_is_due_and_counts_its_failures_on() -> None:
    broken = known("Dune/a.epub", state=State.ERROR, error_count=2, retry_at=NOW + timedelta(seconds=1))

    assert planned([seen("Dune/a.epub")], [broken]).orders == []
    (order,) = planned([seen("Dune/a.epub")], [replace(broken, retry_at=NOW)]).orders
    assert order.known is not None
    assert order.known[b"Dune/a.epub"].error_count == 2


def test_a_broken_file_beside_a_good_one_is_no_part_of_what_is_merged() -> None:
    memory = [known("Dune/01.mp3", state=State.ERROR), known("Dune/02.mp3")]

    (order,) = planned([seen("Dune/01.mp3"), seen("Dune/02.mp3"), seen("Dune/03.mp3")], memory).orders

    assert (names(order.read), names(order.keep)) == (["03.mp3"], ["02.mp3"])


def test_a_reread_by_hand_reads_what_has_not_changed() -> None:
    assert names(planned([seen("Dune/a.epub")], [known("Dune/a.epub")], reread=True).orders[0].read) == ["a.epub"]


def test_a_listed_folder_is_never_judged_by_another_folders_files() -> None:
    made = planned([seen("Dune/a.epub")], [known("Dune/a.epub"), known("Emma/b.epub", 2)])

    assert made.missing == []
    assert all(parent(one.path) == b"Dune" for order in made.orders for one in order.read)
