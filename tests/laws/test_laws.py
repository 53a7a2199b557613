"""The nine laws of the house, each on the real classes; a law that is broken fails here by its number."""

import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from shishod.model.book import Chapter
from shishod.model.library import RootState
from shishod.model.metadata import Source
from shishod.model.sighting import Sighting
from shishod.model.state import State, judge
from shishod.model.ticket import Errand, Ticket
from shishod.model.tier import Tier
from shishod.scan.settings import ScanSettings
from shishod.store.settings import StoreSettings
from tests.nobody import as_nobody
from tests.samples import an_epub, an_m4b, an_mp3
from tests.scan.house import House
from tests.scan.test_guard import CAN_MOUNT, mount, umount
from tests.scan.test_record import a_book

LOOKS = [Tier.QUICK, Tier.FULL]
Build = Callable[..., House]


def by_hand(house: House, statement: str, values: Sequence[object] = ()) -> None:
    """One statement on the very database, past the catalogue."""
    with closing(sqlite3.connect(str(house.catalog._database.path))) as pen:
        pen.execute(statement, values)
        pen.commit()


def sightings(root: Path) -> dict[str, Sighting]:
    """Every file as the filesystem shows it now."""
    seen = {}
    for path in root.rglob("*.*"):
        now, name = path.lstat(), str(path.relative_to(root))
        seen[name] = Sighting(os.fsencode(name), now.st_size, now.st_mtime_ns, now.st_ctime_ns, now.st_ino, 0)
    return seen


def long_ago(root: Path) -> None:
    """Age the folders, so that a quick look has reason to trust their times."""
    for folder in (root, *filter(Path.is_dir, root.rglob("*"))):
        os.utime(folder, (1e9, 1e9))


@pytest.mark.parametrize("tier", LOOKS)
def test_law_1_a_scan_does_with_every_file_what_judge_says_of_it(house: House, library: Path, tier: Tier) -> None:
    for name in ("same", "rewritten", "touched", "left", "back"):
        an_epub(library / f"{name}.epub", title=name)
    (library / "broken.epub").write_bytes(b"x")
    house.scan()
    (library / "back.epub").rename(library.parent / "aside")
    house.scan()
    house.reads()
    for name in ("rewritten", "new"):
        an_epub(library / f"{name}.epub", title=f"{name} again")
    os.utime(library / "touched.epub", ns=(1, 1))
    (library / "left.epub").unlink()
    (library.parent / "aside").rename(library / "back.epub")
    known, seen = house.files(), sightings(library)
    verdicts = {name: judge(known.get(name), seen.get(name), house.clock.now()) for name in known | seen}

    house.scan(tier)

    assert set(verdicts.values()) == {State.NEW, State.CHANGED, State.MISSING, State.INDEXED, State.ERROR}
    assert set(house.reads()) == {name for name, said in verdicts.items() if said in (State.NEW, State.CHANGED)}
    assert house.states() == {
        name: State.INDEXED if said in (State.NEW, State.CHANGED) else said for name, said in verdicts.items()
    }


def test_law_1_a_file_is_indexed_only_with_all_the_rows_of_its_book(house: House) -> None:
    by_hand(house, "CREATE TRIGGER t BEFORE INSERT ON chapters BEGIN SELECT RAISE(ABORT, 'no chapter today'); END")
    whole, torn = a_book(house, 1), a_book(house, 2, chapters=(Chapter("One"),))

    for books in ([torn], [whole, torn]):
        saved = house.recorder.record(books)
        assert "no chapter today" in (saved[-1].error or "")

    assert house.states() == {"001.epub": State.INDEXED}
    assert house.titles() == ["Title 001"]


@pytest.mark.parametrize("tier", LOOKS)
def test_law_2_a_dropped_event_costs_only_time(house: House, library: Path, tier: Tier) -> None:
    for name in ("changed", "left", "same"):
        (library / name).mkdir()
        an_epub(library / name / "a.epub", title=name)
    long_ago(library)
    house.scan()
    an_epub(library / "changed/a.epub", title="changed since")
    (library / "left/a.epub").unlink()
    an_epub(library / "same/new.epub", title="new")

    house.scan(tier)  # nobody has hinted at anything

    assert house.titles() == ["changed since", "left", "new", "same"]
    assert house.states()["left/a.epub"] is State.MISSING


def test_law_2_a_false_hint_changes_nothing(house: House, library: Path) -> None:
    an_epub(library / "a.epub")
    house.scan()
    before, _ = house.files(), house.reads()

    house.hint("", "a.epub", "never-was.epub")
    house.hint("No/Such/Folder", "b.epub")
    house.work()

    assert (house.files(), house.reads()) == (before, [])


def a_track(library: Path, number: int) -> None:
    (library / "Dune").mkdir(exist_ok=True)
    an_mp3(library / "Dune" / f"{number:02}.mp3", track=number)


def paths_of(tickets: list[Ticket]) -> set[bytes]:
    return {one.path for ticket in tickets for one in (*ticket.load.order.read, *ticket.load.order.keep)}


@pytest.mark.parametrize("before", [1, 2], ids=["a lone track becomes a book of two", "a book of two grows"])
def test_law_3_no_two_workers_ever_hold_the_same_book(house: House, library: Path, before: int) -> None:
    for number in range(1, before + 1):
        a_track(library, number)
    house.hint("Dune")
    house.turn(Errand.WALK)
    in_hand = house.queue.claim_some(9, [Errand.INSPECT], 0)
    a_track(library, before + 1)
    os.utime(library / "Dune/01.mp3", ns=(1, 1))

    house.hint("Dune")
    house.turn(Errand.WALK)
    also = house.queue.claim_some(9, [Errand.INSPECT], 0)

    assert len(in_hand) == 1
    assert paths_of(in_hand)
    assert not paths_of(in_hand) & paths_of(also)


@pytest.mark.parametrize("mode", [0o000, 0o444], ids=["not listed", "listed without a look at its files"])
@pytest.mark.parametrize("tier", LOOKS)
def test_law_4_a_folder_that_was_not_listed_completely_says_nothing_of_its_files(
    a_house: Build, open_place: Path, tier: Tier, mode: int
) -> None:
    for folder in ("Open", "Shut/CD 1"):
        (open_place / folder).mkdir(parents=True)
        an_mp3(open_place / folder / "01.mp3")
    house = a_house(books=open_place)
    house.scan()
    before = house.files()["Shut/CD 1/01.mp3"]
    (open_place / "Open/01.mp3").unlink()
    for shut in ("Shut", "Shut/CD 1"):
        (open_place / shut).chmod(mode)
        house.request(tier)
        with as_nobody():
            house.turn()
        house.work()
        (open_place / shut).chmod(0o755)

        assert house.files()["Shut/CD 1/01.mp3"] == before
    assert house.states()["Open/01.mp3"] is State.MISSING, "that folder was listed"


@pytest.mark.parametrize("tier", LOOKS)
def test_law_5_a_root_that_is_absent_or_empty_where_it_was_full_changes_nothing(
    house: House, library: Path, tier: Tier
) -> None:
    for number in range(3):
        an_epub(library / f"{number}.epub")
    house.scan()
    before = house.files(), house.catalog.folders(house.root().id)
    library.rename(library.parent / "away")

    for make_it in (lambda: None, library.mkdir):
        make_it()
        house.scan(tier)
        assert house.root().state is RootState.OFFLINE
        assert (house.files(), house.catalog.folders(house.root().id)) == before


if CAN_MOUNT:

    def test_law_5_a_root_that_is_suddenly_another_filesystem_changes_nothing(mounted: House, library: Path) -> None:
        before = mounted.files()
        mount("-t", "tmpfs", "other", library)
        an_epub(library / "another.epub")

        mounted.scan()

        assert (mounted.root().state, mounted.files()) == (RootState.OFFLINE, before)

    def test_law_5_the_root_is_asked_again_before_each_batch(mounted: House, library: Path) -> None:
        for number in range(8):
            an_epub(library / f"new {number}.epub")
        mounted.request()
        mounted.turn(Errand.WALK)
        mounted.turn(Errand.INSPECT, most=4)
        before, _ = mounted.files(), mounted.reads()
        umount(library)

        mounted.work()

        assert (mounted.root().state, mounted.files(), mounted.reads()) == (RootState.OFFLINE, before, [])

else:

    def test_law_5_on_real_mounts_in_a_namespace_where_an_ordinary_user_may_mount(tmp_path: Path) -> None:
        options = ["-q", "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'inner'}", "-k", "law_5"]
        command = ["unshare", "-Urm", sys.executable, "-m", "pytest", *options, __file__]

        done = subprocess.run(command, capture_output=True, text=True, check=False)

        assert done.returncode == 0, done.stdout + done.stderr


def test_law_5_a_mass_disappearance_on_a_mounted_root_is_held(a_house: Build, library: Path) -> None:
    house = a_house(settings=ScanSettings(settle=timedelta(0), hold_files=2), books=library)  # type: ignore[arg-type]
    for number in range(6):
        an_epub(library / f"{number}.epub")
    house.scan()
    before = house.files()
    for number in range(3):
        (library / f"{number}.epub").unlink()

    for _ in range(2):
        assert house.scan().held == 3
        assert (house.root().state, house.files()) == (RootState.HELD, before)


@pytest.mark.parametrize("tier", LOOKS)
def test_law_6_an_unchanged_folder_is_entered_for_what_lies_below_it(house: House, library: Path, tier: Tier) -> None:
    (library / "1/2/3/4").mkdir(parents=True)
    for folder in ("", "1", "1/2/3", "1/2/3/4"):
        an_epub(library / folder / "a.epub", title=folder or "root")
    long_ago(library)
    house.scan()
    house.reads()
    an_epub(library / "1/2/3/4/a.epub", title="changed far below")

    house.scan(tier)

    assert house.reads() == ["1/2/3/4/a.epub"]


def test_law_6_a_signature_is_saved_only_when_the_folders_last_ticket_is_finished(house: House, library: Path) -> None:
    for number in range(6):
        an_epub(library / f"{number}.epub")
    house.request()
    house.turn(Errand.WALK)
    for _ in range(6):
        assert not any(one.packed for one in house.catalog.folders(house.root().id).values())
        house.turn(Errand.INSPECT, most=1)

    assert house.catalog.folders(house.root().id)[b""].packed


def test_law_7_while_a_file_is_read_everybody_else_goes_on(a_house: Build, library: Path) -> None:
    house = a_house(store=StoreSettings(busy_timeout=timedelta(0)), books=library)  # type: ignore[arg-type]
    for number in range(3):
        an_epub(library / f"{number}.epub")
    went_on: list[bool] = []

    def others() -> None:
        house.catalog.accept(house.root().id)  # a write to the database, which waits for nobody
        house.scans.active()
        house.queue.waiting()
        house.cache.stats()
        house.sweeper.walking()
        house.recorder.record([a_book(house, 900 + len(went_on))])
        house.hint("Elsewhere")
        went_on.append(True)

    def meanwhile(_: object) -> None:
        thread = threading.Thread(target=others, daemon=True)
        thread.start()
        thread.join(5)

    house.runner.before = meanwhile
    house.scan()

    assert went_on == [True] * 3


def the_users_word(house: House, field: str, word: object) -> None:
    """What an edit leaves behind, without the edit."""
    (book,) = house.books()
    by_hand(house, "DELETE FROM field_sources WHERE book_id = ? AND field = ?", (book["id"], field))
    by_hand(
        house,
        "INSERT INTO field_sources (book_id, field, source, place, word, set_at) VALUES (?, ?, ?, '', ?, ?)",
        (book["id"], field, int(Source.USER), json.dumps(word), "2026-05-01 00:00:00"),
    )


def test_law_8_the_users_word_set_or_cleared_beats_every_source_for_ever(house: House, library: Path) -> None:
    path = library / "a.epub"
    an_epub(path, title="Dune", publisher="Chilton", language="en")
    house.scan()
    the_users_word(house, "title", "My Dune")
    the_users_word(house, "publisher", None)

    for edition in ("Second", "Third"):
        an_epub(path, title=edition, publisher=f"{edition} House", language="de")
        house.scan()

        (book,) = house.books()
        assert (book["title"], book["publisher"], book["language"]) == ("My Dune", None, "de")
        assert {book["sources"][field]["source"] for field in ("title", "publisher")} == {"user"}
    assert house.reads() == ["a.epub"] * 3


def everything(root: Path) -> dict[str, tuple[int, ...]]:
    """All that a write would leave a trace in; even a time that was set back changes ctime."""
    every = {str(path): path.lstat() for path in (root, *root.rglob("*"))}
    return {
        path: (now.st_ino, now.st_mode, now.st_uid, now.st_size, now.st_mtime_ns, now.st_ctime_ns)
        for path, now in every.items()
    }


def test_law_9_nothing_is_ever_written_into_a_library(house: House, library: Path) -> None:
    for number in (1, 2):
        a_track(library, number)
    an_epub(library / "a.epub", cover=True)
    an_m4b(library / "b.m4b", title="Emma", cover=True)
    for name in ("broken.epub", "broken.mp3", "broken.m4b"):
        (library / name).write_bytes(b"never a book")
    (library / "Empty").mkdir()
    before = everything(library)

    for tier in (Tier.FULL, Tier.QUICK, Tier.FULL):
        house.scan(tier)
        house.clock.wind(120)
        house.work()
    house.hint("Dune", "01.mp3")
    house.work()

    assert len(house.books()) == 3
    assert everything(library) == before
