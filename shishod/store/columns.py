"""The types of our columns: what each value must look like on its way into either database and back."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, LargeBinary, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_WRAP = 1 << 64
_LARGEST = (1 << 63) - 1

Key = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only for INTEGER


def clean(text: str) -> str:
    """Text that both databases take: without NUL, a lone surrogate replaced by a question mark."""
    if "\0" in text:
        text = text.replace("\0", "")
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("utf-8")
    return text


def _prose(value: str | None) -> str | None:
    return value if value is None or (value.isascii() and "\0" not in value) else clean(value)


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
        return None if value is None else clean(value)

    def bind_processor(self, _dialect: Dialect) -> Callable[[str | None], str | None]:
        """One call a value: text goes to both drivers as it is."""
        return _prose


class Count(TypeDecorator[int]):
    """A number that a file claims; one that no database could hold is as good as unsaid."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, _dialect: Dialect) -> int | None:
        return value if value is not None and 0 <= value <= _LARGEST else None


class Unsigned(TypeDecorator[int]):
    """64 unsigned bits (inode, device, fsid) kept in a signed column, so that what comes back equals what was seen."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, _dialect: Dialect) -> int | None:
        return value - _WRAP if value is not None and value > _LARGEST else value

    def process_result_value(self, value: Any | None, _dialect: Dialect) -> int | None:
        return value + _WRAP if value is not None and value < 0 else value


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
