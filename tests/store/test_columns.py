"""The types of our columns: each value on its way in and back."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column as SqlColumn
from sqlalchemy import MetaData, create_engine, insert, select
from sqlalchemy import Table as SqlTable
from sqlalchemy.engine import Engine
from sqlalchemy.exc import StatementError

from shishod.model.fit import clean
from shishod.store.columns import Bytes, Count, Key, Prose, Unsigned, UtcDateTime

SAMPLE = SqlTable(
    "sample",
    MetaData(),
    SqlColumn("id", Key, primary_key=True),
    SqlColumn("raw", Bytes),
    SqlColumn("prose", Prose),
    SqlColumn("count", Count),
    SqlColumn("unsigned", Unsigned),
    SqlColumn("time", UtcDateTime),
)


@pytest.fixture
def engine() -> Engine:
    made = create_engine("sqlite://")
    SAMPLE.create(made)
    return made


def there_and_back(engine: Engine, column: str, value: object) -> object:
    with engine.begin() as connection:
        (key,) = connection.execute(insert(SAMPLE).values({column: value})).inserted_primary_key or (0,)
        return connection.scalar(select(SAMPLE.c[column]).where(SAMPLE.c.id == key))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("raw", b"\0\xff/"),
        ("raw", b""),
        ("raw", None),
        ("prose", "José ß 😀"),
        ("prose", ""),
        ("prose", None),
        ("count", 0),
        ("count", 2**63 - 1),
        ("unsigned", 0),
        ("unsigned", 2**63 - 1),
        ("unsigned", 2**63),
        ("unsigned", 2**64 - 1),
        ("unsigned", None),
        ("time", datetime(2026, 1, 1, 12, 30, 59, 999_999, UTC)),
        ("time", datetime(1, 1, 1, tzinfo=UTC)),
        ("time", None),
    ],
)
def test_a_value_comes_back_as_it_went_in(engine: Engine, column: str, value: object) -> None:
    assert there_and_back(engine, column, value) == value


@pytest.mark.parametrize("value", [-1, 2**63, 2**70])
def test_a_claim_that_no_column_holds_is_unsaid(engine: Engine, value: int) -> None:
    assert there_and_back(engine, "count", value) is None


def test_a_time_comes_back_aware_and_in_utc(engine: Engine) -> None:
    summer = timezone(timedelta(hours=2))

    back = there_and_back(engine, "time", datetime(2026, 7, 1, 12, 0, tzinfo=summer))

    assert isinstance(back, datetime)
    assert back.isoformat() == "2026-07-01T10:00:00+00:00"


def test_a_time_without_a_zone_is_a_mistake(engine: Engine) -> None:
    with pytest.raises(StatementError, match="without a zone"):
        there_and_back(engine, "time", datetime(2026, 7, 1))


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("plain", "plain"),
        ("n\0u\0l", "nul"),
        ("\0", ""),
        ("half \ud83d", "half ?"),
        ("bad byte \udcff", "bad byte ?"),
        ("whole 😀", "whole 😀"),
        ("\ud800\0é", "?é"),
    ],
)
def test_text_is_cleaned_of_what_no_database_holds(said: str, kept: str) -> None:
    assert clean(said) == kept


@given(st.text(st.characters()))
def test_clean_text_is_clean_and_stays_so(said: str) -> None:
    kept = clean(said)

    kept.encode("utf-8")
    assert "\0" not in kept
    assert clean(kept) == kept
