"""ScanCache: the ids of names that this library's books share, known to all workers at once."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from shishod.model.book import NameKind
from shishod.model.catalog import Catalog
from shishod.work.guard import Guarded
from shishod.work.once import Once

Key = tuple[int, NameKind, str]  # library, kind, normal name


@dataclass(slots=True)
class Held:
    """The names of one batch: `known` ids are committed; `mine` are for this batch to make, and to give."""

    known: dict[tuple[NameKind, str], int]
    mine: frozenset[tuple[NameKind, str]]
    given: dict[tuple[NameKind, str], int] = field(default_factory=dict)

    def give(self, ids: Mapping[tuple[NameKind, str], int]) -> None:
        """Publish ids, once they are committed and not before."""
        self.given.update(ids)


class ScanCache:
    """Shared: by every thread that records books.

    It holds committed ids only: a name that nobody has committed is made by exactly one batch while others that need it
    wait, and when that batch fails nothing is remembered, so that the next one tries again.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._ids: Once[Key, int] = Once()
        self._loaded: Once[tuple[int, NameKind], int] = Once()
        self._counts: Guarded[Counter[str]] = Guarded(Counter(hits=0, misses=0, **dict.fromkeys(NameKind, 0)))

    @contextmanager
    def hold(self, library_id: int, names: Iterable[tuple[NameKind, str]]) -> Iterator[Held]:
        """Everything the cache knows of these names, and the right to make the others."""
        wanted = set(names)
        for kind in {kind for kind, _ in wanted}:
            self._loaded.get((library_id, kind), lambda kind=kind: self._load(library_id, kind))  # type: ignore[misc]
        with self._ids.hold((library_id, kind, name) for kind, name in wanted) as once:
            held = Held(
                {(kind, name): number for (_, kind, name), number in once.known.items()},
                frozenset((kind, name) for _, kind, name in once.mine),
            )
            with self._counts as counts:
                counts["hits"] += len(held.known)
                counts["misses"] += len(held.mine)
            yield held
            once.give({(library_id, *name): number for name, number in held.given.items()})
            with self._counts as counts:
                counts.update(str(kind) for kind, name in held.given if (kind, name) in held.mine)

    def _load(self, library_id: int, kind: NameKind) -> int:
        ids = self._catalog.names(library_id, kind)
        self._ids.put({(library_id, kind, name): number for name, number in ids.items()})
        with self._counts as counts:
            counts[str(kind)] += len(ids)
        return len(ids)

    def stats(self) -> dict[str, int]:
        """Hits and misses so far, how many names of each kind are held, and how many in all."""
        with self._counts as counts:
            return {**counts, "size": len(self._ids)}
