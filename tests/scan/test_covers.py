"""The errand COVER: after the scan, few at a time, once for each file."""

import os
from collections import deque
from collections.abc import Callable, Sequence
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from shishod.formats.limits import Limits
from shishod.model.covers import SMALL, CoverState
from shishod.model.ticket import Errand
from shishod.model.updates import RelationshipUpdates, SavedBook
from shishod.scan.gallery import Gallery, digest_of
from shishod.scan.hashing import Sample
from shishod.scan.pauses import REST_S, please
from shishod.scan.taker import HANDFUL, TURN_S
from shishod.scan.taking import Large, Wanted, answers, take
from shishod.work.runners import Failed
from shishod.work.runners.inline import InlineRunner
from tests.samples import a_jpeg, a_png, an_epub
from tests.scan.house import AT_ONCE, House


def a_large_png(width: int = 500, height: int = 750) -> bytes:
    return a_png(width, height)


def rest(house: House) -> None:
    """A pause in which all that can be taken is."""
    house.clock.wind(10)
    house.work()


def state(house: House, title: str = "Told") -> CoverState:
    book = next(one for one in house.books() if one["title"] == title)
    found = house.catalog.cover_of(book["id"])
    assert found is not None
    return found


def content(house: House, small: bool = False, title: str = "Told") -> bytes:
    path = house.taker.picture(state(house, title), small)
    assert path is not None
    return Path(path).read_bytes()


def test_a_cover_is_taken_in_the_pause_behind_the_scan(house: House, library: Path) -> None:
    an_epub(library / "Book.epub", title="Told", cover=a_large_png())
    house.scan()
    assert house.taker.picture(state(house), False) is None

    rest(house)

    assert content(house) == a_large_png()
    with Image.open(BytesIO(content(house, small=True))) as small:
        assert (small.format, small.size) == ("JPEG", (320, 480))


def test_a_small_form_is_made_when_it_is_first_asked_for_and_kept(house: House, library: Path) -> None:
    an_epub(library / "Book.epub", title="Told", cover=a_large_png())
    house.scan()
    rest(house)
    lessened: list[Any] = []
    run = house.runner.run

    def noting(function: Callable[[Any], Any], things: Sequence[Any], **how: Any) -> list[Any]:
        lessened.extend(one for one in things if isinstance(one, Large))
        return run(function, things, **how)

    house.runner.run = noting  # type: ignore[method-assign]
    assert not house.taker._gallery.holds(digest_of(a_large_png()), SMALL)

    assert content(house, small=True) == content(house, small=True) != a_large_png()
    assert len(lessened) == 1


def test_a_picture_that_proves_damaged_is_shown_to_nobody(house: House, library: Path) -> None:
    an_epub(library / "Book.epub", title="Told", cover=a_large_png()[:-200])
    house.scan()
    rest(house)

    assert house.taker.picture(state(house), True) is None
    assert "no picture that can be shown" in state(house).text
    assert state(house).digest is None
    rest(house)
    assert not any(path.is_file() for path in Path(house.taker._gallery.folder).rglob("*"))


def test_a_picture_that_could_not_be_made_small_in_time_is_shown_as_it_is(house: House, library: Path) -> None:
    an_epub(library / "Book.epub", title="Told", cover=a_large_png())
    house.scan()
    rest(house)
    house.taker._runner = Runs(Failed("stopped", "stopping"))  # type: ignore[assignment]

    assert content(house, small=True) == a_large_png()


def test_covers_are_taken_as_soon_as_the_scan_has_ended(house: House, library: Path) -> None:
    an_epub(library / "Book.epub", title="Told", cover=True)
    ended = house.scan().ended_at
    assert house.taker.drained_at is None

    house.work()
    house.clock.wind(0.001)
    house.work()

    assert state(house).digest is not None
    assert ended and house.taker.drained_at and house.taker.drained_at >= ended


def test_a_small_cover_is_its_own_small_form(house: House, library: Path) -> None:
    an_epub(library / "Book.epub", title="Told", cover=True)
    house.scan()
    rest(house)

    assert content(house, small=True) == a_png()


def test_nothing_is_taken_while_a_scan_runs(house: House, library: Path) -> None:
    an_epub(library / "Book.epub", title="Told", cover=True)
    house.scan()
    house.scanning = True
    rest(house)
    assert state(house).digest is None

    house.scanning = False
    house.clock.wind(REST_S)
    house.work()

    assert state(house).digest is not None


def test_the_picture_beside_a_book_is_adopted_when_it_comes_and_let_go_when_it_leaves(
    house: House, library: Path
) -> None:
    (library / "Book").mkdir()
    an_epub(library / "Book" / "Book.epub", title="Told", cover=True)
    house.scan()
    rest(house)
    beside = library / "Book" / "cover.jpg"
    beside.write_bytes(a_jpeg())

    house.scan()
    assert content(house) == a_png()  # until the new one is taken
    rest(house)
    assert content(house) == a_jpeg()

    beside.unlink()
    house.scan()
    rest(house)
    assert content(house) == a_png()


def test_a_cover_that_changes_is_replaced(house: House, library: Path) -> None:
    an_epub(library / "Book.epub", title="Told", cover=True)
    house.scan()
    rest(house)

    an_epub(library / "Book.epub", title="Told", cover=a_png(9, 9))
    house.scan()
    rest(house)

    assert content(house) == a_png(9, 9)


def test_two_books_of_one_cover_share_a_picture(house: House, library: Path) -> None:
    an_epub(library / "One.epub", title="One", cover=a_large_png())
    an_epub(library / "Two.epub", title="Two", cover=a_large_png())
    house.scan()
    rest(house)

    assert state(house, "One") == state(house, "Two") == CoverState(digest_of(a_large_png()), "png", "", 500, 750)


def asked(house: House) -> list[bytes]:
    """Notes from now on of which files covers are wanted."""
    seen: list[bytes] = []
    run = house.runner.run

    def noting(function: Callable[[Any], Any], things: Sequence[Any], **how: Any) -> list[Any]:
        seen.extend(one.seen.path for one in things if isinstance(one, Wanted))
        return run(function, things, **how)

    house.runner.run = noting  # type: ignore[method-assign]
    return seen


def test_what_is_no_picture_is_noted_once_and_tried_again_when_the_file_changes(house: House, library: Path) -> None:
    an_epub(library / "Book.epub", title="Told", cover=b"no picture at all")
    seen = asked(house)
    house.scan()
    rest(house)
    assert "no picture that can be shown" in state(house).text
    house.scan()
    house.queue.request(please(Errand.COVER, 0))
    rest(house)
    assert seen == [b"Book.epub"]

    an_epub(library / "Book.epub", title="Told", cover=True)
    house.scan()
    rest(house)

    assert content(house) == a_png()


def test_a_file_that_changed_since_the_scan_leaves_its_cover_due(house: House, library: Path) -> None:
    an_epub(library / "Book.epub", title="Told", cover=True)
    house.scan()
    an_epub(library / "Book.epub", title="Told", cover=a_png(9, 9), padding=10)

    rest(house)
    assert state(house) == CoverState(None, "", "")

    house.scan()
    rest(house)
    assert content(house) == a_png(9, 9)


def test_more_than_a_handful_is_taken_one_handful_after_another(a_house: Callable[..., House], library: Path) -> None:
    house = a_house(AT_ONCE.model_copy(update={"cover_rate": HANDFUL * len(a_png())}), books=library)
    for number in range(HANDFUL + 3):
        an_epub(library / f"{number}.epub", title=f"Title {number}", cover=True)
    house.scan()
    house.clock.wind(0.5)
    house.work()
    assert house.catalog.counts()["covers_due"] == 3

    house.clock.wind(0.9)
    house.work()
    assert house.catalog.counts()["covers_due"] == 3, "the share of the disk's time is used up"

    house.clock.wind(1)
    house.work()
    assert house.catalog.counts()["covers_due"] == 0


class Lost(InlineRunner):
    """Takes what it is given, but where `first` is among it: then nothing is tried to its end."""

    first = b""

    def run(self, function: Any, things: Sequence[Any], **_: Any) -> list[Any]:
        if self.first in [one.seen.path for one in things]:
            return [Failed("unread", "")] * len(things)
        return super().run(function, things)


def test_what_one_hand_took_counts_though_another_broke_off(a_house: Callable[..., House], library: Path) -> None:
    house = a_house(AT_ONCE.model_copy(update={"cover_rate": len(a_png())}), books=library)
    for number in range(HANDFUL + 2):
        an_epub(library / f"{number}.epub", title=f"Title {number}", cover=True)
    house.scan()
    house.taker._hands = 2
    runner = house.taker._runner = Lost()
    runner.first = house.catalog.covers_due(0, 1)[0].file.path
    house.clock.wind(0.5)
    house.turn(Errand.COVER)
    assert house.catalog.counts()["covers_due"] == HANDFUL

    house.taker._runner = InlineRunner()
    house.clock.wind(1.9)
    house.work()
    assert house.catalog.counts()["covers_due"] == HANDFUL, "two covers have used up the disk's time of two seconds"

    house.clock.wind(0.2)
    house.work()
    assert house.catalog.counts()["covers_due"] == 0


class Slow(InlineRunner):
    """Takes a turn's time for each handful."""

    def __init__(self, house: House) -> None:
        super().__init__()
        self._house = house

    def run(self, function: Any, things: Sequence[Any], **_: Any) -> list[Any]:
        self._house.clock.wind(TURN_S)
        return super().run(function, things)


def test_a_turn_ends_with_the_handful_that_used_up_its_time(house: House, library: Path) -> None:
    for number in range(HANDFUL + 1):
        an_epub(library / f"{number}.epub", title=f"Title {number}", cover=True)
    house.scan()
    house.taker._runner = Slow(house)
    house.clock.wind(0.5)

    house.turn(Errand.COVER)

    assert house.catalog.counts()["covers_due"] == 1


def test_a_rate_of_nothing_takes_nothing(a_house: Callable[..., House], library: Path) -> None:
    house = a_house(AT_ONCE.model_copy(update={"cover_rate": 0}), books=library)
    an_epub(library / "Book.epub", title="Told", cover=True)
    house.scan()
    rest(house)

    assert state(house).digest is None


class Runs:
    """A runner that says of one cover after the other what it is told to; `answers` says whether the disk does."""

    def __init__(self, *told: Any, disk: bool = True) -> None:
        self.told = deque(told)
        self.disk = disk

    def run(self, function: Any, things: Sequence[Any], **_: Any) -> list[Any]:
        if function is answers:
            return [self.disk or Failed("timeout", "30 s")]
        said: list[Any] = []
        for one in things:
            if said and isinstance(said[-1], Failed) and said[-1].reason in ("timeout", "unread"):
                said.append(Failed("unread", ""))
            else:
                said.append(self.told.popleft() if self.told else function(one))
        return said


def three(house: House, library: Path) -> None:
    for title in ("One", "Two", "Three"):
        an_epub(library / f"{title}.epub", title=title, cover=True)
    house.scan()


@pytest.mark.parametrize("reason", ["crash", "memory", "timeout", "error"])
def test_a_cover_that_costs_its_process_is_noted_and_the_others_are_taken(
    house: House, library: Path, reason: str
) -> None:
    three(house, library)
    house.taker._runner = Runs(Failed(reason, "as it was told"))  # type: ignore[assignment]
    house.clock.wind(1)
    house.queue.request(please(Errand.COVER, 0))
    house.turn(Errand.COVER)
    house.taker._runner = Runs()  # type: ignore[assignment]
    rest(house)

    books = [house.catalog.cover_of(book["id"]) for book in house.books()]
    assert sum(one is not None and one.digest is not None for one in books) == 2
    assert sum(one is not None and bool(one.text) for one in books) == 1


@pytest.mark.parametrize(
    "runs",
    [
        Runs(*[Failed("timeout", "30 s")] * 3, disk=False),
        Runs(*[Failed("stopped", "stopping")] * 3),
        Runs(*[Failed("unable", "no process could be started")] * 3),
    ],
    ids=["stalled", "stop", "unable"],
)
def test_what_was_never_tried_to_the_end_says_nothing_of_a_cover(house: House, library: Path, runs: Runs) -> None:
    three(house, library)
    house.taker._runner = runs  # type: ignore[assignment]

    rest(house)

    assert house.catalog.counts()["covers_due"] == 3
    assert house.queue.waiting()[Errand.COVER] == 0, "only the next scan or start asks again"


def test_a_cache_that_takes_nothing_leaves_covers_due_and_says_so(
    house: House, library: Path, caplog: pytest.LogCaptureFixture
) -> None:
    three(house, library)
    gallery = house.taker._gallery
    Path(gallery.folder).parent.mkdir(exist_ok=True)
    Path(gallery.folder).write_bytes(b"in the way")

    rest(house)
    house.queue.request(please(Errand.COVER, 0))
    rest(house)

    assert house.catalog.counts()["covers_due"] == 3
    assert caplog.text.count("no more covers can be taken now") == 1, "a failure that repeats is said once"
    os.unlink(gallery.folder)
    house.queue.request(please(Errand.COVER, 0))
    rest(house)
    assert house.catalog.counts()["covers_due"] == 0


def test_what_was_taken_before_a_disk_stalled_has_used_up_its_time_all_the_same(
    a_house: Callable[..., House], library: Path
) -> None:
    house = a_house(AT_ONCE.model_copy(update={"cover_rate": len(a_png())}), books=library)
    three(house, library)
    runner = house.taker._runner
    (first, *_) = house.catalog.covers_due(0, 3)
    (taken,) = runner.run(house.taker._take_one, [house.taker._wanted(os.fsencode(library), first)])
    house.taker._runner = Runs(taken, Failed("timeout", ""), disk=False)
    house.clock.wind(0.5)
    house.turn(Errand.COVER)
    assert house.catalog.counts()["covers_due"] == 2

    house.taker._runner = runner
    for wind_s, due in ((0.4, 2), (0.7, 0)):
        house.clock.wind(wind_s)
        house.queue.request(please(Errand.COVER, house.clock.monotonic_s()))
        house.turn(Errand.COVER)
        assert house.catalog.counts()["covers_due"] == due, "one cover a second"


def test_what_was_left_is_found_again_by_the_next_start(house: House, library: Path) -> None:
    three(house, library)
    house.taker._pauses.after = 10_000  # as if it had come so far

    house.queue.request(please(Errand.COVER, house.clock.monotonic_s()))
    rest(house)

    assert house.catalog.counts()["covers_due"] == 0


def test_a_picture_that_somebody_removed_is_taken_again_when_it_is_asked_for(house: House, library: Path) -> None:
    an_epub(library / "Book.epub", title="Told", cover=True)
    house.scan()
    rest(house)
    os.unlink(house.taker.picture(state(house), False) or "")

    assert house.taker.picture(state(house), False) is None
    rest(house)

    assert content(house) == a_png()


def test_the_upkeep_removes_pictures_without_books_and_takes_lost_ones_again(house: House, library: Path) -> None:
    three(house, library)
    an_epub(library / "One.epub", title="One", cover=a_large_png())
    house.scan()
    rest(house)
    large, small = state(house, "One"), state(house, "Two")
    an_epub(library / "One.epub", title="One", cover=a_jpeg())
    house.scan()
    rest(house)
    gallery = house.taker._gallery
    os.unlink(gallery.path(small.digest or b"", "png"))
    house.clock.wind(timedelta(hours=2).total_seconds())

    house.taker.tidy()

    assert not gallery.holds(large.digest or b"", "png")
    assert not gallery.holds(large.digest or b"", SMALL)
    rest(house)
    assert content(house, title="Two") == a_png()
    assert content(house, title="One") == a_jpeg()


def test_a_hash_and_a_cover_are_made_in_the_same_pause(house: House, library: Path) -> None:
    an_epub(library / "Book.epub", title="Told", cover=True)
    seen: list[type] = []
    run = house.runner.run

    def noting(function: Callable[[Any], Any], things: Sequence[Any], **how: Any) -> list[Any]:
        seen.extend(type(one) for one in things)
        return run(function, things, **how)

    house.scan()
    house.runner.run = noting  # type: ignore[method-assign]
    rest(house)

    assert {Sample, Wanted} <= set(seen)


def test_a_file_that_is_gone_or_cannot_be_read_says_nothing_of_its_cover(house: House, library: Path) -> None:
    an_epub(library / "Book.epub", title="Told", cover=True)
    house.scan()
    (due,) = house.catalog.covers_due(0, 1)
    wanted = house.taker._wanted(os.fsencode(library), due)
    (library / "Book.epub").unlink()

    found = take(wanted, Limits())

    assert (found.reason, found.passing, found.digest) == ("disk", True, None)
    assert not os.path.exists(Gallery(wanted.gallery.folder).folder)


def test_covers_are_asked_for_when_the_last_books_were_read_and_are_not_recorded_yet(
    house: House, library: Path
) -> None:
    for number in range(3):
        an_epub(library / f"{number}.epub", title=f"Title {number}", cover=True)
    asked: list[int] = []
    record = house.recorder.record

    def noting(books: Sequence[RelationshipUpdates]) -> Sequence[SavedBook]:
        asked.append(house.queue.waiting()[Errand.COVER])
        return record(books)

    house.recorder.record = noting  # type: ignore[method-assign]
    house.request()
    house.turn(Errand.WALK)
    assert house.sweeper.reads()
    house.turn(Errand.INSPECT, most=2)
    house.turn(Errand.INSPECT, most=2)

    assert asked == [0, 1]
    assert not house.sweeper.reads()
