"""The types of our columns: what each value must look like on its way into either database and back."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, LargeBinary, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from shishod.model import fit

Key = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only for INTEGER


class Bytes(LargeBinary):
    """Bytes as the drivers take and give them, so that no row pays for a conversion."""

    def bind_processor(self, _dialect: Dialect) -> None:
        return None

    def result_processor(self, _dialect: Dialect, _coltype: object) -> None:
        return None


class Prose(TypeDecorator[str]):
    """Text out of files: the one place where what a database cannot hold is taken out."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        return fit.prose(value)

    def bind_processor(self, _dialect: Dialect) -> Callable[[str | None], str | None]:
        """One call a value: text goes to both drivers as it is."""
        return fit.prose


class Count(TypeDecorator[int]):
    """A number that a file claims; one that no database could hold is as good as unsaid."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, _dialect: Dialect) -> int | None:
        return fit.count(value)


class Unsigned(TypeDecorator[int]):
    """64 unsigned bits (inode, device, fsid) kept in a signed column, so that what comes back equals what was seen."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, _dialect: Dialect) -> int | None:
        return None if value is None else fit.signed(value)

    def process_result_value(self, value: Any | None, _dialect: Dialect) -> int | None:
        return None if value is None else fit.unsigned(value)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware times in UTC on both sides; SQLite alone would forget the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
