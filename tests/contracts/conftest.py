"""The catalogue on each database that it is promised for: one suite, no favourites."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shishod.store.catalog import SqlCatalog
from shishod.store.settings import StoreSettings
from tests.store.cluster import Cluster, running_cluster
from tests.store.copied import open_copy


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with running_cluster() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def store_settings(request: pytest.FixtureRequest) -> StoreSettings:
    if request.param == "sqlite":
        return StoreSettings()
    running: Cluster = request.getfixturevalue("cluster")
    return StoreSettings(url=running.emptied_database())


@pytest.fixture
def catalogue(store_settings: StoreSettings, tmp_path: Path) -> Iterator[SqlCatalog]:
    opened = open_copy(store_settings, tmp_path)
    yield opened
    opened.close()
