"""A catalogue on SQLite, as a daemon opens it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shishod.store.catalog import SqlCatalog
from shishod.store.settings import StoreSettings
from tests.store.cluster import Cluster, running_cluster
from tests.store.copied import open_copy


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[SqlCatalog]:
    opened = open_copy(StoreSettings(), tmp_path)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with running_cluster() as running:
        yield running
