"""The schema that every table of the catalogue belongs to, and the columns that many of them have."""

from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Column, Connection, ForeignKey, Index, MetaData, TextClause, event

from shishod.store.columns import Key

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def one_of(column: str, words: type[StrEnum]) -> CheckConstraint:
    """Only the words of a StrEnum, in its own order."""
    listed = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def identity() -> Column[int]:
    return Column("id", Key, primary_key=True)


def owned_by(table: str, *, primary_key: bool = False, index: bool = False) -> Column[int]:
    """The owner's id; what is owned goes with its owner."""
    singular = {"libraries": "library", "series": "series", "media_files": "file"}.get(table, table.removesuffix("s"))
    owner = ForeignKey(f"{table}.id", ondelete="CASCADE")
    return Column(f"{singular}_id", Key, owner, primary_key=primary_key, nullable=False, index=index)


def index_where(where: TextClause, name: str, *columns: str) -> Index:
    """An index of some of the rows. PostgreSQL is told so as it is made there: to say it loads that whole dialect."""
    index = Index(name, *columns, sqlite_where=where)
    event.listen(index, "before_create", _say_to_postgresql)
    return index


def _say_to_postgresql(index: Index, connection: Connection, **_: Any) -> None:
    if connection.dialect.name == "postgresql":
        index.dialect_options["postgresql"]["where"] = index.dialect_options["sqlite"]["where"]
