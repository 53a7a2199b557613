"""The gate in front of a provider: in turn, interruptible, and open again after a refusal."""

import threading
import time
from pathlib import Path

from shishod.enrich.ledger import FileNotes, Ledger
from shishod.enrich.limiter import Limiter
from shishod.enrich.window import Limit, Rules
from shishod.work.stop import StopSignal


def a_limiter(place: Path, stop: StopSignal, *limits: Limit, **more: float) -> Limiter:
    return Limiter("books", Rules(limits or (Limit(1, 3600.0),)), Ledger(FileNotes(place)), stop, **more)


def test_a_stop_ends_the_wait_of_everybody_at_once(tmp_path: Path) -> None:
    stop = StopSignal()
    limiter = a_limiter(tmp_path, stop)
    first = limiter.turn()
    assert first is not None
    turns: list[object] = []
    crowd = [threading.Thread(target=lambda: turns.append(limiter.turn())) for _ in range(4)]
    for one in crowd:
        one.start()

    began_s = time.monotonic()
    stop.set()
    for one in crowd:
        one.join(5)

    assert turns == [None] * 4
    assert time.monotonic() - began_s < 5


def test_a_slow_answer_keeps_its_place_until_it_came(tmp_path: Path) -> None:
    limiter = a_limiter(tmp_path, StopSignal(), Limit(1, 0.2), jitter_s=0.0)
    slow, answered = limiter.turn(), list[float]()
    assert slow is not None

    def answer() -> None:
        threading.Event().wait(0.6)
        answered.append(time.monotonic())
        slow.__exit__()

    threading.Thread(target=answer).start()
    following = limiter.turn()

    assert following is not None
    assert time.monotonic() - answered[0] >= 0.2


def test_jitter_puts_a_request_off_and_never_forward(tmp_path: Path) -> None:
    limiter = Limiter(
        "books", Rules((Limit(9, 1.0),)), Ledger(FileNotes(tmp_path)), StopSignal(), jitter_s=0.05, dice=lambda: 1.0
    )
    began_s = time.monotonic()

    assert limiter.turn() is not None

    assert time.monotonic() - began_s >= 0.05


def test_a_refusal_holds_everybody_back(tmp_path: Path) -> None:
    limiter = a_limiter(tmp_path, StopSignal(), Limit(100, 0.1), jitter_s=0.0)
    turn = limiter.turn()
    assert turn is not None
    with turn:
        turn.refused(0.3)
    began_s = time.monotonic()

    assert limiter.turn() is not None

    assert time.monotonic() - began_s >= 0.29
