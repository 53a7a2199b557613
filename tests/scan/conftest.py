import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shishod.scan.settings import ScanSettings
from shishod.store.settings import StoreSettings
from tests.nobody import NOBODY
from tests.scan.house import AT_ONCE, PATIENT, House


@pytest.fixture
def a_house(tmp_path: Path) -> Iterator[Callable[..., House]]:
    """Builds houses, each on the folders that it is given by the names of their libraries."""
    built: list[House] = []

    def build(settings: ScanSettings = AT_ONCE, store: StoreSettings = PATIENT, **libraries: Path) -> House:
        built.append(House(tmp_path / f"state{len(built)}", libraries, settings, store))
        return built[-1]

    yield build
    for one in built:
        one.close()


@pytest.fixture
def house(a_house: Callable[..., House], library: Path) -> House:
    return a_house(books=library)


@pytest.fixture
def open_place() -> Iterator[Path]:
    """A folder that an ordinary user can reach and owns, for tests that are denied something in it."""
    place = Path(tempfile.mkdtemp(prefix="shishod-"))
    if os.geteuid() == 0:
        os.chown(place, NOBODY, NOBODY)
    yield place
    shutil.rmtree(place)
