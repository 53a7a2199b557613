"""The steward looks at the machine and has more or fewer work, and does what the operator says."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shishod.clock import Clock
from shishod.daemon.pausing import PauseNote
from shishod.daemon.steward import OPERATOR, PRESSURE, Steward
from shishod.errors import Refused
from shishod.model.pressure import Bounds
from shishod.model.ticket import Ticket
from shishod.work.load import LoadMeter
from shishod.work.pool import WorkerPool
from shishod.work.queue import TicketQueue
from shishod.work.settings import PressureSettings, WorkSettings
from shishod.work.stop import StopSignal

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
MEMORY = "some avg10={:.2f} avg60=0.00 avg300=0.00 total=1\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"


class House:
    """A queue and a pool of real threads, a /proc of our own, and a clock to wind. Nobody is hired to do anything."""

    def __init__(self, proc: Path, fixed: int | None = None) -> None:
        self.proc = proc
        (proc / "pressure").mkdir(parents=True)
        self.now_s, self.done = 100.0, 0
        self.note = PauseNote(proc / "paused.json")
        self.stalls(0)
        self.stop = StopSignal()
        self.queue = TicketQueue()
        self.pool = WorkerPool("scan", self.queue, {}, 0, self.stop)
        self.pool.resize(fixed or 4)
        self.steward = self.next_steward(fixed)
        self.queue.request(Ticket("a book"))

    def next_steward(self, fixed: int | None = None) -> Steward:
        """As the next daemon has one, with the same state folder."""
        return Steward(
            self.queue,
            self.pool,
            PressureSettings(cooldown="60s"),  # type: ignore[arg-type]
            Bounds(1, 4, 4),
            fixed=fixed,
            done=lambda: self.done,
            note=self.note,
            clock=Clock(lambda: NOON + timedelta(seconds=self.now_s), lambda: self.now_s),
            meter=LoadMeter(str(self.proc)),
        )

    def stalls(self, percent: float) -> None:
        (self.proc / "pressure" / "memory").write_text(MEMORY.format(percent))

    def tick(self, seconds: float = 2.0) -> None:
        self.now_s += seconds
        self.steward.tick()

    def workers(self) -> int:
        return len(self.pool.hands())


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "proc")
    yield made
    made.stop.set()
    assert made.pool.join(5)


def test_a_busy_machine_has_two_at_work_and_a_free_one_as_many_as_usual_again(house: House) -> None:
    house.stalls(6)
    house.tick()
    assert (house.workers(), house.steward.report()["level"]) == (2, "elevated")
    assert house.steward.strained()

    house.stalls(0)
    house.tick()
    house.tick(60)
    assert house.workers() == 3
    house.tick(12)
    assert house.workers() == 4
    assert house.steward.report()["reason"] == "books wait and the machine is free"
    assert not house.steward.strained()


def test_a_machine_without_memory_has_nobody_at_work_until_it_has_some_again(house: House) -> None:
    house.stalls(50)
    house.tick()
    assert house.queue.holds() == {PRESSURE}
    assert house.queue.claim(timeout_s=0) is None
    assert PRESSURE in house.steward.report()["paused"]

    house.stalls(0)
    house.tick()
    house.tick(60)
    assert house.queue.holds() == frozenset()
    assert house.queue.claim(timeout_s=0) == Ticket("a book")


def test_a_machine_at_rest_is_not_looked_at(house: House) -> None:
    house.queue.drop(lambda _: True)
    house.stalls(50)

    house.tick()

    assert house.steward.report()["level"] == "normal"


def test_a_number_that_the_operator_named_stands_whatever_the_load(house: House) -> None:
    assert house.steward.set_workers(7)["workers"] == 7
    assert house.workers() == 7
    house.stalls(50)
    house.tick()

    report = house.steward.report()
    assert (house.workers(), report["fixed"], report["level"]) == (7, True, "critical")
    assert report["reason"] == "the operator says so"


def test_left_to_the_load_again_it_counts_at_once(house: House) -> None:
    house.steward.set_workers(7)

    assert house.steward.set_workers(None)["workers"] == 4
    house.stalls(16)
    house.tick()
    assert house.workers() == 1


@pytest.mark.parametrize("count", [0, -1, 257])
def test_a_number_that_cannot_be_is_refused_and_changes_nothing(house: House, count: int) -> None:
    with pytest.raises(Refused, match="1 to 256"):
        house.steward.set_workers(count)

    assert house.workers() == 4


def test_a_pause_lasts_until_it_is_taken_back(house: House) -> None:
    assert house.steward.pause()["paused"] == OPERATOR
    house.tick(1e6)
    assert house.queue.claim(timeout_s=0) is None

    assert house.steward.resume()["paused"] == ""
    assert house.queue.claim(timeout_s=0) == Ticket("a book")


def test_a_pause_for_a_while_ends_by_itself(house: House) -> None:
    assert house.steward.pause(60)["paused_for_s"] == 60
    house.tick(59)
    assert house.queue.holds() == {OPERATOR}

    house.tick(1)
    assert house.queue.holds() == frozenset()


def test_a_pause_for_longer_than_the_calendar_lasts_until_it_is_taken_back(house: House) -> None:
    told = house.steward.pause(9_999_999 * 86_400.0)
    house.tick(1e6)

    assert (told["paused"], told["paused_for_s"]) == (OPERATOR, None)
    assert house.queue.holds() == {OPERATOR}
    assert house.steward.resume()["paused"] == ""


def test_a_pause_outlives_the_daemon_and_is_told_with_who_and_since_when(house: House) -> None:
    house.steward.pause(by="maria")
    house.queue.lift(OPERATOR)  # as nothing holds the queue of a daemon that has just begun
    house.now_s += 1e6

    told = house.next_steward().report()

    assert house.queue.holds() == {OPERATOR}
    since = (NOON + timedelta(seconds=100)).isoformat()
    assert (told["paused"], told["paused_by"], told["paused_since"]) == (OPERATOR, "maria", since)


def test_a_pause_that_has_ended_while_no_daemon_ran_is_over_at_the_first_tick(house: House) -> None:
    house.steward.pause(60, by="maria")
    house.now_s += 61

    house.next_steward().tick()

    assert house.queue.holds() == frozenset()
    assert house.note.read() is None


def test_a_pause_that_is_taken_back_is_none_for_the_next_daemon(house: House) -> None:
    house.steward.pause(by="maria")
    house.steward.resume()

    assert house.next_steward().report()["paused"] == ""


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        "[]",
        '{"since": 5, "until": null, "by": ""}',
        '{"since": "yesterday"}',
        '{"since": "", "until": null, "by": ""}',
        '{"since": "2026-11-28T12:00:00", "until": null, "by": ""}',
        '{"since": "2026-11-28T12:00:00+00:00", "until": "2026-11-28T13:00:00", "by": ""}',
    ],
)
def test_a_note_that_nobody_can_understand_pauses_nothing(house: House, content: str) -> None:
    (house.proc / "paused.json").write_text(content)

    next_one = house.next_steward()
    next_one.tick()

    assert next_one.report()["paused"] == ""


def test_a_note_that_cannot_be_read_is_logged_and_pauses_nothing(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    (house.proc / "paused.json").mkdir()

    next_one = house.next_steward()
    for _ in range(3):
        next_one.tick()

    assert next_one.report()["paused"] == ""
    assert sum("the note of a pause cannot be read" in str(record.msg) for record in caplog.records) == 1


def test_there_is_nothing_to_resume_where_nobody_has_paused(house: House) -> None:
    with pytest.raises(Refused, match="nothing is paused"):
        house.steward.resume()


def test_the_machine_and_the_operator_pause_each_for_themselves(house: House) -> None:
    house.steward.pause()
    house.stalls(50)
    house.tick()
    house.steward.resume()

    assert house.queue.holds() == {PRESSURE}


def test_what_the_settings_say_is_who_is_hired(tmp_path: Path) -> None:
    def bounds(**said: int) -> Bounds:
        return WorkSettings(**said).bounds()  # type: ignore[arg-type]

    usual = WorkSettings().worker_count()
    assert bounds() == Bounds(1, usual, usual)
    assert bounds(most=16) == Bounds(1, usual, 16)
    assert bounds(most=2) == Bounds(1, 2, 2)
    assert bounds(least=8) == Bounds(8, 8, 8)
    assert bounds(workers=3, most=16) == Bounds(1, 3, 3)


def test_this_machine_can_be_read_and_its_numbers_are_shares() -> None:
    sample = LoadMeter().sample(1.0, 2, 3)

    for name in ("others", "io_stall", "memory_stall", "memory_free"):
        assert 0 <= getattr(sample, name) <= 100
    assert sample.memory_free > 0
    assert (sample.done, sample.waiting) == (2, 3)


def test_what_others_use_is_told_without_those_who_stand_back(tmp_path: Path) -> None:
    """Columns of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal."""
    stat = tmp_path / "stat"
    stat.write_text("cpu  1000000 0 0 1000 0 0 0 0 0 0\n")
    meter = LoadMeter(str(tmp_path))
    stat.write_text("cpu  1000300 400 0 1300 0 0 0 0 0 0\n")

    assert 20 < meter.sample(0, 0, 0).others <= 30  # but for the moment that this test itself took


def test_a_kernel_that_tells_nothing_is_at_rest(tmp_path: Path) -> None:
    sample = LoadMeter(str(tmp_path)).sample(0, 0, 0)

    assert sample == sample._replace(others=0, io_stall=0, memory_stall=0, memory_free=100)
