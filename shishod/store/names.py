"""Names that books share: found or made inside the transaction of the books that mention them."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select, tuple_

from shishod.model import draft
from shishod.model.book import NameKind
from shishod.model.catalog import NameIds
from shishod.model.fit import norm, shown
from shishod.store.dialect import Insert, Names, Row, among, asked, chunks, filled, write
from shishod.store.tables import NAMES, name_aliases, persons

Mention = tuple[int, *draft.Mention]  # of a library


_ALIASES = select(name_aliases.c.kind, name_aliases.c.norm, name_aliases.c.name_id).where(
    name_aliases.c.library_id == bindparam("library"),
    among(tuple_(name_aliases.c.kind, name_aliases.c.norm)),
)
_IDS = {
    kind: select(table.c.norm, table.c.id).where(table.c.library_id == bindparam("library"), among(table.c.norm))
    for kind, table in NAMES.items()
}


class Spelling(NamedTuple):
    """One way to write a name. The smallest is shown: with a sort name first, then in mixed case, then by letters."""

    key: bytes
    name: str
    sort_name: str

    @classmethod
    def of(cls, name: str, sort_name: str) -> "Spelling":
        """A name as it would be stored; its key compares alike in Python and in both databases."""
        name, sort_name = shown(name), shown(sort_name)
        shouted = 2 if name.isupper() else 1 if name == name.lower() else 0
        return cls(bytes([not sort_name, shouted]) + f"{name}\0{sort_name}".encode(), name, sort_name)


Wanted = dict[tuple[NameKind, str], Spelling]  # by kind and normal form


def find_or_make(connection: Connection, library_id: int, wanted: Wanted) -> dict[tuple[NameKind, str], int]:
    """The ids of names that no cache knows, made where the library has none. Safe beside other writers.

    Rows are made in the order of their normal forms, kind after kind, so that two writers cannot wait for each other.
    """
    found = _aliases(connection, library_id, wanted)
    for kind in NAMES:
        missing = {key[1]: said for key, said in wanted.items() if key[0] is kind and key not in found}
        if missing:
            _make(connection, library_id, kind, missing)
            found |= {(kind, normal): name_id for normal, name_id in _ids(connection, library_id, kind, missing)}
    return found


def _aliases(connection: Connection, library_id: int, wanted: Wanted) -> dict[tuple[NameKind, str], int]:
    found: dict[tuple[NameKind, str], int] = {}
    for some in chunks([(kind.value, normal) for kind, normal in wanted]):
        rows = asked(connection, _ALIASES, {"library": library_id, "some": filled(some)})
        found |= {(NameKind(kind), normal): name_id for kind, normal, name_id in rows}
    return found


def _make(connection: Connection, library_id: int, kind: NameKind, missing: Mapping[str, Spelling]) -> None:
    table = NAMES[kind]
    rows: list[Row] = [
        {"library_id": library_id, "norm": normal, "name": said.name, "spelling": said.key}
        for normal, said in sorted(missing.items())
    ]
    if table is persons:
        for row in rows:
            row["sort_name"] = missing[row["norm"]].sort_name
    write(connection, table, rows, _best_spelt)


def _best_spelt(statement: Insert, names: Names) -> Insert:
    """A name is shown in the best of its spellings, whichever book was saved first."""
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["library_id", "norm"],
        set_={name: new[name] for name in names if name not in ("library_id", "norm")},
        where=new.spelling < statement.table.c.spelling,
    )


def _ids(
    connection: Connection, library_id: int, kind: NameKind, missing: Mapping[str, object]
) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for some in chunks(list(missing)):
        rows = asked(connection, _IDS[kind], {"library": library_id, "some": filled(some)})
        found += [(normal, name_id) for normal, name_id in rows]
    return found


class NameBook:
    """One transaction's view of names: what the caller's cache knows, then what was found or made here.

    `made` answers to the keys that the caller would ask its cache for. `settled` are the spellings that committed
    transactions have weighed already, each with its id; only one that is new to it, or known by another id, costs a
    statement.
    """

    def __init__(self, library_id: int, known: NameIds, settled: Mapping[Mention, int]) -> None:
        self._library_id = library_id
        self._known = known
        self._settled = settled
        self._ids: dict[tuple[NameKind, str], int] = {}  # by the name as a book spells it
        self.made: dict[tuple[NameKind, str], int] = {}
        self.weighed: dict[Mention, int] = {}

    def learn(self, connection: Connection, mentions: Iterable[draft.Mention]) -> None:
        """Make every mentioned name answerable by `id_of`."""
        wanted: Wanted = {}
        mentioned: dict[Mention, tuple[NameKind, str]] = {}
        for kind, name, sort_name in dict.fromkeys(mentions):
            mention = (self._library_id, kind, name, sort_name)
            if not (normal := norm(name)):
                continue
            known = self._known.get((kind, normal))
            if known is not None and self._settled.get(mention) == known:
                self._ids[kind, name] = known
            else:
                said = Spelling.of(name, sort_name)
                wanted[kind, normal] = min(wanted.get((kind, normal), said), said)
                mentioned[mention] = (kind, normal)
        if wanted:
            found = find_or_make(connection, self._library_id, wanted)
            for mention, key in mentioned.items():
                self.weighed[mention] = self._ids[key[0], mention[2]] = found[key]
                if self._known.get(key) != found[key]:
                    self.made[key] = found[key]

    def id_of(self, kind: NameKind, name: str) -> int | None:
        """The id of a learned name, spelt as it was; None for one that is nothing but spaces."""
        return self._ids.get((kind, name))
