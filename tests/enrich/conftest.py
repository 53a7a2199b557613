from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shishod.enrich.ledger import FileNotes, Ledger
from shishod.enrich.limiter import Limiter
from shishod.enrich.polite import PoliteClient, Terms
from shishod.enrich.window import Limit, Rules
from shishod.enrich.wire import Wire
from shishod.store.catalog import SqlCatalog
from shishod.store.settings import StoreSettings
from shishod.work.stop import StopSignal
from tests.enrich.simulator import Simulator, a_simulator
from tests.scan.house import HandClock
from tests.store.copied import open_copy

QUICK = Rules((Limit(1000, 0.01),))


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with a_simulator() as running:
        yield running


@pytest.fixture
def answers(tmp_path: Path) -> Iterator[SqlCatalog]:
    catalogue = open_copy(StoreSettings(), tmp_path / "state")
    yield catalogue
    catalogue.close()


@pytest.fixture
def stop() -> StopSignal:
    return StopSignal()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


class QuickStop(StopSignal):
    """Waits for nothing that is longer than a moment, and notes how long it was asked to."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def wait(self, timeout_s: float | None = None) -> bool:
        self.waits.append(timeout_s or 0.0)
        return super().wait(min(timeout_s or 0.0, 0.002))


@pytest.fixture
def a_client(
    simulator: Simulator, answers: SqlCatalog, tmp_path: Path, clock: HandClock
) -> Iterator[Callable[..., PoliteClient]]:
    """Builds clients of the simulator's catalogue "books"; the terms may be changed."""
    built: list[PoliteClient] = []

    def build(stop: StopSignal | None = None, rules: Rules = QUICK, **terms: Any) -> PoliteClient:
        stop = stop or QuickStop()
        limiter = Limiter("books", rules, Ledger(FileNotes(tmp_path / "limits")), stop, jitter_s=0.0)
        said = Terms(**{"name": "books", "url": f"{simulator.url}/books/", **terms})
        wire = Wire(["127.0.0.1"], "shishod/0 (ann@example.org)", limit_s=2.0)
        built.append(PoliteClient(said, wire, limiter, answers, stop, clock=clock, dice=lambda: 0.5))
        return built[-1]

    yield build
    for client in built:
        client.close()
