"""What SQLite and PostgreSQL say differently, and how many rows are written at the cost of one statement."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import chain, count, islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Connection, Executable, Table, bindparam
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Dialect

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

    Insert = sqlite.Insert | postgresql.Insert
else:
    Insert = sqlite.Insert
Row = dict[str, Any]
Names = tuple[str, ...]
Shape = Callable[[Insert, Names], Insert]
T = TypeVar("T")

_ALONE = 0x73686973686F64  # a number of ours among the advisory locks of the database
MANY = 16  # rows of one statement: after each the driver comes back to where other threads wait for their turn
CHUNK = 500  # of an IN list; SQLite takes 32,766 parameters, and short lists share one prepared statement


def insert(connection: Connection, table: Table) -> Insert:
    """An INSERT that can say ON CONFLICT."""
    return _tongue(connection.dialect.name).insert(table)


def chunks(values: Sequence[T], size: int = CHUNK) -> Iterator[list[T]]:
    """The values in lists short enough for one statement."""
    rest = iter(values)
    while chunk := list(islice(rest, size)):
        yield chunk


def among(column: ColumnElement[Any], some: str = "some") -> ColumnElement[bool]:
    """Whether a column has one of the values that are given under this name: what is asked often is built once."""
    return column.in_(bindparam(some, expanding=True))


def filled(values: Sequence[T]) -> list[T]:
    """The values with the last said again, so that lists of many lengths share few prepared statements."""
    full = 1 << (len(values) - 1).bit_length()
    return [*values, *[values[-1]] * (full - len(values))] if values else []


def as_it_is(statement: Insert, _names: Names) -> Insert:
    """Any row that is there already is an error."""
    return statement


def if_missing(statement: Insert, _names: Names) -> Insert:
    """A row that is there already stays as it is."""
    return statement.on_conflict_do_nothing()


def write(connection: Connection, table: Table, rows: Sequence[Row], shape: Shape = as_it_is) -> None:
    """Insert rows that all have the same keys, three times as fast as the construct would be executed.

    The statement is compiled once for each table, shape and set of keys. `shape` says what becomes of a row that is
    there already, and may bind no values of its own. The rows are changed: their values become what the driver takes.
    """
    if rows:
        ready = _ready(connection.dialect.name, table, shape, tuple(rows[0]))
        ready.bind(rows)
        connection.exec_driver_sql(ready.sql, [ready.given(row) for row in rows])


def write_rows(
    connection: Connection, table: Table, names: Names, rows: Sequence[tuple[Any, ...]], shape: Shape = as_it_is
) -> None:
    """The same for rows of values in the order of `names`, each as the driver takes it: see `bound`."""
    if rows:
        ready = _ready(connection.dialect.name, table, shape, names)
        given = list(rows) if ready.placed is None else [ready.placed(row) for row in rows]
        if ready.of_many and len(given) >= MANY:
            whole = len(given) // MANY * MANY
            many = [tuple(chain.from_iterable(given[at : at + MANY])) for at in range(0, whole, MANY)]
            connection.exec_driver_sql(ready.of_many, many)
            given = given[whole:]
        if given:
            connection.exec_driver_sql(ready.sql, given)


def bound(connection: Connection, column: ColumnElement[Any], value: Any) -> Any:
    """One value of a column as the driver takes it."""
    bind = _binder(connection.dialect.name, column)
    return value if bind is None else bind(value)


def asked(connection: Connection, statement: Executable, values: Mapping[str, Any]) -> list[Any]:
    """The rows that a statement brings, as the driver has them; one that changes rows brings none.

    It is compiled once for each length of its lists, which `filled` keeps few: SQLAlchemy would write every IN anew.
    Values are given as the driver takes them.
    """
    shape = tuple([(name, len(value) if type(value) is list else None) for name, value in values.items()])
    spelt = _spelt(connection.dialect.name, statement, shape, _width(values))
    result = connection.exec_driver_sql(spelt.sql, spelt.given(values))
    return list(result.cursor.fetchall()) if result.returns_rows and result.cursor else []


def together(connection: Connection) -> None:
    """Until the transaction ends nobody who writes alone writes; on SQLite nobody else writes anyway."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock_shared({_ALONE})")


def alone(connection: Connection) -> None:
    """Wait for all who write together, and have those who come wait, until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ALONE})")


class _Ready(NamedTuple):
    sql: str
    of_many: str  # the same for so many rows at once, where the driver tells values by their places
    given: Callable[[Row], Any]  # a row as the driver takes it: SQLite binds by place in two thirds of the time
    placed: Callable[[tuple[Any, ...]], Any] | None  # the same of a row in the order of its names; None: as it is
    binders: tuple[tuple[str, Callable[[Any], Any]], ...]

    def bind(self, rows: Sequence[Row]) -> None:
        for name, bind in self.binders:
            last: Any = self  # what no row holds
            for row in rows:
                if row[name] is not last:  # a batch has one `now`, and most of its rows say the same of many things
                    last = row[name]
                    bound = bind(last)
                row[name] = bound


class _Spelt(NamedTuple):
    sql: str
    places: tuple[Any, ...]  # of each parameter, among all values one after the other
    names: tuple[str, ...]  # of each parameter; none where they are told by their places

    def given(self, values: Mapping[str, Any]) -> Any:
        flat: list[Any] = []
        for value in values.values():
            if type(value) is not list:
                flat.append(value)
            elif value and type(value[0]) is tuple:
                flat.extend(chain.from_iterable(value))
            else:
                flat.extend(value)
        found = tuple([flat[place] for place in self.places])
        return dict(zip(self.names, found, strict=True)) if self.names else found


class _Tongue(NamedTuple):
    insert: Callable[[Table], Insert]
    dialect: Dialect


@cache
def _tongue(name: str) -> _Tongue:
    """How a database says it. PostgreSQL is imported where it is used: it costs a start as much as all our tables."""
    if name == "sqlite":
        return _Tongue(sqlite.insert, sqlite.dialect(paramstyle="qmark"))
    from sqlalchemy.dialects import postgresql

    return _Tongue(postgresql.insert, postgresql.dialect())  # type: ignore[no-untyped-call]


@cache
def _ready(dialect_name: str, table: Table, shape: Shape, names: Names) -> _Ready:
    insert, dialect = _tongue(dialect_name)
    compiled = shape(insert(table), names).compile(dialect=dialect, column_keys=list(names))
    binders = ((name, _binder(dialect_name, table.c[name])) for name in names)
    given: Callable[[Row], Any] = itemgetter(*compiled.positiontup) if compiled.positiontup else dict
    placed: Callable[[tuple[Any, ...]], Any] | None = partial(_named, names)
    sql, of_many = str(compiled), ""
    if compiled.positiontup:
        row = f"({', '.join('?' * len(names))})"
        of_many = sql.replace(row, ", ".join([row] * MANY), 1)
        places = [names.index(name) for name in compiled.positiontup]
        placed = None if places == sorted(places) else itemgetter(*places)
    return _Ready(sql, of_many, given, placed, tuple((name, bind) for name, bind in binders if bind is not None))


def _width(values: Mapping[str, Any]) -> int:
    """How many values each of what a list holds is; 0 where it is one."""
    pairs = [value[0] for value in values.values() if type(value) is list and value and type(value[0]) is tuple]
    return len(pairs[0]) if pairs else 0


@cache
def _spelt(dialect_name: str, statement: Executable, shape: tuple[tuple[str, int | None], ...], width: int) -> _Spelt:
    places = count()
    values: dict[str, Any] = {}
    for name, length in shape:
        each = (lambda: tuple(islice(places, width))) if width else (lambda: next(places))
        values[name] = next(places) if length is None else [each() for _ in range(length)]
    compiled = statement.compile(dialect=_tongue(dialect_name).dialect)  # type: ignore[attr-defined]
    state = compiled.construct_expanded_state(values)
    if compiled.positiontup is not None:
        return _Spelt(state.statement, tuple(state.positional_parameters), ())
    return _Spelt(state.statement, tuple(state.parameters.values()), tuple(state.parameters))


@cache
def _binder(dialect_name: str, column: ColumnElement[Any]) -> Callable[[Any], Any] | None:
    dialect = _tongue(dialect_name).dialect
    bind: Callable[[Any], Any] | None = column.type.dialect_impl(dialect).bind_processor(dialect)
    return bind


def _named(names: Names, row: tuple[Any, ...]) -> Row:
    return dict(zip(names, row, strict=True))
